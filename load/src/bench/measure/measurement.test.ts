import { describe, expect, it } from '@jest/globals';
import { type Measurement, median, summarise } from './measurement.ts';
import type { Phase } from './phase.ts';

const phase: Phase = {
  answers: 100,
  failures: 0,
  elapsedMs: 1_000,
  p50Ms: 1,
  p99Ms: 2,
  maxMs: 3,
  cpuMs: 1_000,
  coreShare: 1,
  peakResidentBytes: 1_000,
  subgraphRequests: 300,
};

function measurementOf(...saturated: Partial<Phase>[]): Measurement {
  return {
    contenderId: 'a',
    queryId: 'b',
    checked: { bytes: 1, subgraphRequests: 3 },
    pacedRequestsPerSecond: 10,
    rounds: saturated.map((each) => ({ saturated: { ...phase, ...each }, paced: phase })),
  };
}

describe('the summary of a measurement', () => {
  it('has the medians over the rounds', () => {
    const rounds = [{ cpuMs: 9_000 }, { cpuMs: 1_000 }, { cpuMs: 2_000 }];

    expect(summarise(measurementOf(...rounds))).toMatchObject({ cpuMsPerRequest: 20, subgraphRequestsPerQuery: 3 });
  });

  it.each([
    ['quotes the throughput where the core was saturated', 0.97, 100],
    ['leaves the throughput out where something else was the limit', 0.8, undefined],
  ])('%s', (_case, coreShare, requestsPerSecond) => {
    expect(summarise(measurementOf({ coreShare })).requestsPerSecond).toBe(requestsPerSecond);
  });

  it('adds the failures of all rounds up', () => {
    expect(summarise(measurementOf({ failures: 1 }, { failures: 2 })).failures).toBe(3);
  });
});

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[10, 9], 9.5],
  ])('of %j is %d', (numbers, expected) => {
    expect(median(numbers)).toBe(expected);
  });

  it('of nothing is refused', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
