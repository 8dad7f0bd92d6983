import { describe, expect, it } from '@jest/globals';
import { formatShardList, parseShardList } from './shard-list.ts';

describe('a list of logical shards', () => {
  it('is read from ranges and single numbers, in any order, each shard once', () => {
    expect(parseShardList('200, 3-5,4-6')).toEqual([3, 4, 5, 6, 200]);
  });

  it('reaches up to the last shard of users', () => {
    expect(parseShardList('1022')).toEqual([1_022]);
  });

  it.each(['', '5-', '-5', '9-3', '1023', '0-1023', 'a', '1,,2', '1.5', '12345'])('is not "%s"', (text) => {
    expect(() => parseShardList(text)).toThrow(RangeError);
  });

  it('is written with as few ranges as possible, and reads back', () => {
    const shards = [0, 1, 2, 7, 9, 10];
    expect(formatShardList(shards)).toBe('0-2,7,9-10');
    expect(parseShardList(formatShardList(shards))).toEqual(shards);
  });
});
