import { describe, expect, it } from '@jest/globals';
import { Random } from './random.ts';

describe('the seeded source of numbers', () => {
  it('gives the same numbers for the same stream and index', () => {
    const numbersOf = (random: Random) => Array.from({ length: 5 }, () => random.between(0, 1_000_000));
    expect(numbersOf(Random.of('users', 7))).toEqual(numbersOf(Random.of('users', 7)));
    expect(numbersOf(Random.of('users', 7))).not.toEqual(numbersOf(Random.of('users', 8)));
    expect(numbersOf(Random.of('users', 7))).not.toEqual(numbersOf(Random.of('orders', 7)));
  });

  it('reaches both ends of a range, and nothing outside', () => {
    const random = new Random(1);
    const seen = new Set(Array.from({ length: 1_000 }, () => random.between(3, 6)));
    expect([...seen].sort()).toEqual([3, 4, 5, 6]);
  });

  it('is spread evenly', () => {
    const random = new Random(1);
    const mean = Array.from({ length: 10_000 }, () => random.next()).reduce((sum, value) => sum + value) / 10_000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });

  it('picks nothing from an empty list', () => {
    expect(() => new Random(1).pick([])).toThrow(RangeError);
  });
});
