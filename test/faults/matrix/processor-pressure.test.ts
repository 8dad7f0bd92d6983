import { describe, expect, it } from '@jest/globals';
import { pressureBetween } from './processor-pressure.ts';

describe('the pressure on the processors', () => {
  it('is the share of the time in which somebody waited for one', () => {
    expect(pressureBetween({ atMs: 1_000, waitedMs: 500 }, { atMs: 3_000, waitedMs: 1_000 })).toBe(0.25);
  });

  it('is none where nobody knows', () => {
    expect(pressureBetween(undefined, undefined)).toBe(0);
  });
});
