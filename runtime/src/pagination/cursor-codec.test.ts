import { describe, expect, it } from '@jest/globals';
import { idCursor, integerSortedCursor, textSortedCursor } from './cursor-codec.ts';

const byPrice = integerSortedCursor('products:price');
const byName = textSortedCursor('products:name');
const maxId = 2n ** 63n - 1n;
const invalid = expect.objectContaining({ code: 'INVALID_CURSOR' });

describe('cursors', () => {
  it.each([0n, 1n, maxId])('of ids lead back to the id %s', (id) => {
    expect(idCursor.decode(idCursor.encode(id))).toBe(id);
  });

  it.each([
    { key: -(2n ** 63n), id: 0n },
    { key: 1999n, id: maxId },
  ])('of a list sorted by a number lead back to $key and $id', (position) => {
    expect(byPrice.decode(byPrice.encode(position))).toEqual(position);
  });

  it.each(['', 'Crème brûlée 🍮', "'; drop table products; --"])('of a list sorted by text lead back to %j', (key) => {
    expect(byName.decode(byName.encode({ key, id: 7n }))).toEqual({ key, id: 7n });
  });

  it('fit into a URL', () => {
    expect(byName.encode({ key: 'ÿþ>?', id: maxId })).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('are refused when any one character is changed, removed or added', () => {
    const cursor = byPrice.encode({ key: 1999n, id: 123_456_789n });
    const tampered = [...cursor].flatMap((character, index) => [
      `${cursor.slice(0, index)}${character === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`,
      cursor.slice(0, index) + cursor.slice(index + 1),
      `${cursor.slice(0, index)}_${cursor.slice(index)}`,
    ]);
    for (const text of tampered.filter((text) => text !== cursor)) expect(() => byPrice.decode(text)).toThrow(invalid);
  });

  it('are refused by another list and another order', () => {
    const cursor = byPrice.encode({ key: 1n, id: 2n });
    expect(() => integerSortedCursor('products:rating').decode(cursor)).toThrow(invalid);
    expect(() => idCursor.decode(cursor)).toThrow(invalid);
    expect(() => byName.decode(cursor)).toThrow(invalid);
  });

  it.each([
    '',
    'AQ',
    '=',
    'not a cursor',
    '{"id":1}',
    'A'.repeat(100_000),
    idCursor.encode(1n).concat('='),
    idCursor.encode(-1n),
  ])('are refused when they are no cursor at all: %.20j', (text) => {
    expect(() => idCursor.decode(text)).toThrow(invalid);
  });

  it('are refused with a text that Postgres cannot take', () => {
    expect(() => byName.decode(byName.encode({ key: 'a\0b', id: 1n }))).toThrow(invalid);
  });
});
