import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toBase32 } from './base32.ts';
import { CATALOG_LOGICAL_SHARD, composeId, ID_EPOCH_MS } from './id.ts';
import { decodeId, encodeId, type IdType, InvalidIdError, idTypeOf } from './typed-id.ts';

const catalogType = fc.constantFrom<IdType>('category', 'product');
const shardType = fc.constantFrom<IdType>('user', 'session', 'order', 'review', 'notification');
const catalogId = idOf(fc.constant(CATALOG_LOGICAL_SHARD));
const shardId = idOf(fc.integer({ min: 0, max: CATALOG_LOGICAL_SHARD - 1 }));
const typeAndId = fc.oneof(fc.tuple(catalogType, catalogId), fc.tuple(shardType, shardId));
const stray = fc.oneof(fc.tuple(catalogType, catalogId, shardId), fc.tuple(shardType, shardId, catalogId));

function idOf(logicalShard: fc.Arbitrary<number>): fc.Arbitrary<bigint> {
  const timeMs = fc.integer({ min: ID_EPOCH_MS, max: ID_EPOCH_MS + 2 ** 41 - 1 });
  return fc.record({ timeMs, logicalShard, sequence: fc.integer({ min: 0, max: 4095 }) }).map(composeId);
}

describe('a typed id', () => {
  it('reads back as the id that was written', () => {
    fc.assert(
      fc.property(typeAndId, ([type, id]) => {
        const text = encodeId(type, id);
        expect(text).toMatch(/^[a-z]{3}_[0-9a-z]{13}$/);
        expect(decodeId(type, text)).toBe(id);
        expect(idTypeOf(text)).toBe(type);
      }),
    );
  });

  it('sorts like its number', () => {
    fc.assert(
      fc.property(shardId, shardId, (one, other) => {
        fc.pre(one !== other);
        expect(encodeId('order', one) < encodeId('order', other)).toBe(one < other);
      }),
    );
  });

  it('has one text only: whatever decodes encodes to the same text', () => {
    const nearlyAnId = fc
      .tuple(fc.constantFrom('ord_', 'ORD_', 'ord-'), fc.stringMatching(/^[0-9a-zA-Z]{12,14}$/))
      .map((both) => both.join(''));
    fc.assert(
      fc.property(nearlyAnId, (text) => {
        if (idTypeOf(text) === undefined) expect(() => decodeId('order', text)).toThrow(InvalidIdError);
        else expect(encodeId('order', decodeId('order', text))).toBe(text);
      }),
    );
  });

  it.each([
    ['an upper-case digit', 'ord_000000000000A'],
    ['a digit that is easily misread', 'ord_000000000000o'],
    ['one digit too few', 'ord_000000000000'],
    ['one digit too many', 'ord_00000000000000'],
    ['a number beyond 63 bits', 'ord_8000000000000'],
    ['white space around it', 'ord_000000000000 '],
    ['a line break at its end', 'ord_0000000000000\n'],
    ['an unknown prefix', 'xyz_0000000000000'],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(() => decodeId('order', text)).toThrow(InvalidIdError);
    expect(() => decodeId('order', text)).toThrow(/ is not an id$/);
  });

  it('names both types when it is of another one', () => {
    expect(() => decodeId('product', encodeId('user', 7n))).toThrow(
      expect.objectContaining({ code: 'INVALID_ID', message: 'expected a product id (prd_…), got a user id (usr_…)' }),
    );
  });

  it('is never echoed at length, however it is escaped', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ minLength: 20 }), fc.constant('\u0000'.repeat(5_000))), (text) => {
        fc.pre(idTypeOf(text) === undefined);
        expect(() => decodeId('order', text)).toThrow(
          expect.objectContaining({ message: expect.stringMatching(/^[\s\S]{1,40} is not an id$/) }),
        );
      }),
    );
  });

  it('lives where its type lives, or is no id', () => {
    fc.assert(
      fc.property(stray, ([type, id, elsewhere]) => {
        const text = toBase32(encodeId(type, id).slice(0, 4), elsewhere);
        expect(() => encodeId(type, elsewhere)).toThrow(RangeError);
        expect(() => decodeId(type, text)).toThrow(new InvalidIdError(`"${text}" is not an id`));
        expect(idTypeOf(text)).toBeUndefined();
      }),
    );
  });

  it.each([-1n, 1n << 63n])('cannot be made of %p, which does not fit', (id) => {
    expect(() => encodeId('order', id)).toThrow(RangeError);
  });
});
