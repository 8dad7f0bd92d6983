import { describe, expect, it } from '@jest/globals';
import { seededRandom } from './seeded-random.ts';
import { zipf } from './zipf.ts';

describe('zipf', () => {
  it('draws the first rank about twice as often as the second and ten times as often as the tenth', () => {
    const draw = zipf(1_000, 1, seededRandom(7));
    const counts = new Array<number>(1_000).fill(0);
    for (let round = 0; round < 200_000; round++) {
      const rank = draw();
      counts[rank] = (counts[rank] ?? 0) + 1;
    }
    const [first = 0, second = 0] = counts;
    expect(first / second).toBeCloseTo(2, 0);
    expect(first / (counts[9] ?? 0)).toBeGreaterThan(8);
    expect(first / (counts[9] ?? 0)).toBeLessThan(12);
  });

  it.each([
    ['the least point', 0, 0],
    ['the last point', 1 - Number.EPSILON, 4],
  ])('stays among the ranks at %s', (_, point, rank) => {
    expect(zipf(5, 1, () => point)()).toBe(rank);
  });
});
