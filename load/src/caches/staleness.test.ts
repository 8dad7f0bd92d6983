import { describe, expect, it } from '@jest/globals';
import { StalenessChecker } from './staleness.ts';

describe('StalenessChecker', () => {
  it('finds nothing stale in what nobody has written, nor in the last version, nor in one still under way', () => {
    const checker = new StalenessChecker(100);
    checker.read('a', 0, 10);
    checker.written('a', 20);
    checker.read('a', 1, 30);
    checker.read('a', 2, 30);
    expect(checker.report()).toEqual({ values: 3, stale: 0, longestMs: 0, beyondBound: 0 });
  });

  it('lets a reader who asked before a write was acknowledged see what was before', () => {
    const checker = new StalenessChecker(100);
    checker.written('a', 20);
    checker.read('a', 0, 20);
    expect(checker.report().stale).toBe(0);
  });

  it('measures from the write that replaced the value, not from the last one', () => {
    const checker = new StalenessChecker(100);
    checker.written('a', 20);
    checker.written('a', 300);
    checker.read('a', 0, 310);
    checker.read('a', 1, 310);
    expect(checker.report()).toEqual({ values: 2, stale: 2, longestMs: 290, beyondBound: 1 });
  });

  it('counts versions of each product by itself', () => {
    const checker = new StalenessChecker(100);
    checker.written('a', 20);
    expect([checker.nextVersion('a'), checker.nextVersion('b')]).toEqual([2, 1]);
    checker.read('b', 0, 500);
    expect(checker.report().stale).toBe(0);
  });
});
