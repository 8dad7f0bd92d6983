import { describe, expect, it } from '@jest/globals';
import { InvalidationLog } from './invalidation-log.ts';

describe('InvalidationLog', () => {
  it('knows which tags were invalidated after a position', () => {
    const log = new InvalidationLog();
    log.record(['a']);
    const position = log.position;
    log.record(['b', 'c']);
    expect(log.hasAnySince(position, ['a'])).toBe(false);
    expect(log.hasAnySince(position, ['a', 'c'])).toBe(true);
    expect(log.hasAnySince(log.position, ['a', 'b', 'c'])).toBe(false);
  });

  it('takes every position before a gap for overtaken, and none after it', () => {
    const log = new InvalidationLog();
    const before = log.position;
    log.recordGap();
    expect(log.hasAnySince(before, [])).toBe(true);
    expect(log.hasAnySince(log.position, ['a'])).toBe(false);
  });

  it('takes positions for overtaken that are older than what it remembers', () => {
    const log = new InvalidationLog(2);
    const first = log.position;
    log.record(['a']);
    const second = log.position;
    log.record(['b']);
    expect(log.hasAnySince(first, ['other'])).toBe(false);
    log.record(['c']);
    expect(log.hasAnySince(first, ['other'])).toBe(true);
    expect(log.hasAnySince(second, ['other'])).toBe(false);
    expect(log.hasAnySince(second, ['b'])).toBe(true);
  });

  it('remembers a tag by its last invalidation', () => {
    const log = new InvalidationLog(2);
    for (const tag of ['a', 'b', 'a']) log.record([tag]);
    const position = log.position;
    log.record(['c']);
    expect(log.hasAnySince(position - 1, ['a'])).toBe(true);
    expect(log.hasAnySince(position, ['a'])).toBe(false);
  });
});
