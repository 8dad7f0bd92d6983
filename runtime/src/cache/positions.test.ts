import { describe, expect, it } from '@jest/globals';
import { furthestOf, reaches } from './positions.ts';

describe('positions', () => {
  it('are merged to the furthest of each database', () => {
    expect(furthestOf([{ catalog: 5 }, {}, { catalog: 3, shard_0: 9 }])).toEqual({ catalog: 5, shard_0: 9 });
    expect(furthestOf([])).toEqual({});
  });

  it('are reached when every database is as far', () => {
    expect(reaches({ catalog: 5 }, { catalog: 5 })).toBe(true);
    expect(reaches({ catalog: 5 }, {})).toBe(true);
    expect(reaches({ catalog: 4, shard_0: 9 }, { catalog: 5 })).toBe(false);
    expect(reaches({ catalog: 5 }, { shard_0: 1 })).toBe(false);
  });
});
