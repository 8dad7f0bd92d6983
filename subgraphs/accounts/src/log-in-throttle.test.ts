import { describe, expect, it } from '@jest/globals';
import { pauseMs } from './log-in-throttle.ts';

describe('the pause after failed log-ins', () => {
  const limit = { free: 5, longestPauseMs: 60_000 };

  it('doubles with each failure above those that are free, up to the longest', () => {
    const failures = [0, 1, 5, 6, 7, 8, 11, 12, 13, 2_000];
    expect(failures.map((count) => pauseMs(count, limit))).toEqual([
      0, 0, 0, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });
});
