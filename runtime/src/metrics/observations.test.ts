import { describe, expect, it } from '@jest/globals';
import { Observations } from './observations.ts';

describe('observations', () => {
  it('count what is at most as large as each bound, and all of them last', () => {
    const observations = new Observations([1, 5]);
    for (const value of [0.5, 1, 1.5, 5, 5.5, 1_000]) observations.observe(value);
    expect(observations.cumulative()).toEqual([2, 4, 6]);
    expect(observations.sum).toBe(1_013.5);
  });

  it('are none before the first', () => {
    const observations = new Observations([1, 5]);
    expect(observations.cumulative()).toEqual([0, 0, 0]);
    expect(observations.sum).toBe(0);
  });
});
