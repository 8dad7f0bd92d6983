import { describe, expect, it } from '@jest/globals';
import { IdMap } from './id-map.ts';

/** Ids whose words differ, and yet make the same number: 2^32 and what its upper word is multiplied to. */
const ALIKE = [0x1_0000_0000n, 0x1e3779b1n] as const;

describe('IdMap', () => {
  it('finds what was put under an id last, and nothing under others', () => {
    const map = new IdMap<string>();
    map.set(1n, 'a').set(2n, 'b').set(1n, 'c');
    expect([1n, 2n, 3n].map((id) => map.get(id))).toEqual(['c', 'b', undefined]);
  });

  it('tells ids apart that make the same number', () => {
    const map = new IdMap<string>();
    const [first, second] = ALIKE;
    map.set(first, 'first');
    expect(map.get(second)).toBeUndefined();
    map.set(second, 'second');
    expect([map.get(first), map.get(second)]).toEqual(['first', 'second']);
    map.delete(first);
    expect([map.get(first), map.get(second)]).toEqual([undefined, 'second']);
    map.delete(second);
    expect(map.get(second)).toBeUndefined();
  });

  it('holds ids of all shards and moments as a Map does', () => {
    const [map, expected] = [new IdMap<number>(), new Map<bigint, number>()];
    for (let index = 0; index < 20_000; index++) {
      const id = (BigInt(index % 500) << 22n) | (BigInt(index % 1_024) << 12n) | BigInt(index % 7);
      map.set(id, index);
      expected.set(id, index);
    }
    for (const [id, value] of expected) expect(map.get(id)).toBe(value);
  });

  it('is empty after it was cleared', () => {
    const map = new IdMap<string>().set(1n, 'a');
    map.clear();
    expect(map.get(1n)).toBeUndefined();
  });
});
