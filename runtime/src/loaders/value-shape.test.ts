import { describe, expect, it } from '@jest/globals';
import { idListShape, listShape, rowShape } from './value-shape.ts';

interface Row {
  readonly id: bigint;
  readonly parentId: bigint | null;
  readonly title: string;
  readonly status: 'ON' | 'OFF';
  readonly count: number;
  readonly at: Date;
}

const shape = rowShape<Row>({
  id: 'bigint',
  parentId: 'bigint?',
  title: 'string',
  status: ['ON', 'OFF'],
  count: 'number',
  at: 'date',
});
const row: Row = { id: 1n, parentId: null, title: 'a', status: 'ON', count: 1, at: new Date(0) };

describe('the shape of a row', () => {
  it('knows its rows, with and without what may be null', () => {
    expect(shape.isValue(row)).toBe(true);
    expect(shape.isValue({ ...row, parentId: 2n })).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a field of another kind', { ...row, id: 1 }],
    ['null where it may not be', { ...row, title: null }],
    ['a word that is none of the allowed', { ...row, status: 'BROKEN' }],
    ['a field that is missing', { ...row, at: undefined }],
    ['what is no row', 'row'],
    ['nothing', null],
  ])('refuses %s', (_what, stored) => {
    expect(shape.isValue(stored)).toBe(false);
  });

  it('has another version when a field changes', () => {
    const versions = [
      rowShape<{ a: string }>({ a: 'string' }),
      rowShape<{ a: string | null }>({ a: 'string?' }),
      rowShape<{ a: number }>({ a: 'number' }),
      rowShape<{ b: string }>({ b: 'string' }),
      listShape(rowShape<{ a: string }>({ a: 'string' })),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(rowShape<{ a: string }>({ a: 'string' }).version).toBe(versions[0]);
  });
});

describe('the shape of a list', () => {
  it('asks every item', () => {
    expect(listShape(shape).isValue([row, row])).toBe(true);
    expect(listShape(shape).isValue([row, { ...row, id: 'x' }])).toBe(false);
    expect(idListShape.isValue([1n, 2n])).toBe(true);
    expect(idListShape.isValue([1])).toBe(false);
    expect(idListShape.isValue('')).toBe(false);
  });
});
