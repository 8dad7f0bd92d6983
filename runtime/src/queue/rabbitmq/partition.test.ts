import { describe, expect, it } from '@jest/globals';
import { PARTITION_COUNT, partitionOf } from './partition.ts';

const TIME_STEP = 1n << 22n;

describe('the partition of an aggregate', () => {
  it.each([
    ['that follow each other', 1n],
    ['of following milliseconds', TIME_STEP],
    ['of following shards', 1n << 12n],
  ])('is any of them, evenly, for ids %s', (_, step) => {
    const counts = new Array<number>(PARTITION_COUNT).fill(0);
    for (let index = 0n; index < 8_000n; index++) {
      const partition = partitionOf((1n << 60n) + index * step);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1_100);
  });

  it('never changes, for messages wait in it', () => {
    expect([0n, 1n, 2n, 3n, 9_007_199_254_740_993n].map(partitionOf)).toEqual([0, 4, 1, 6, 1]);
  });
});
