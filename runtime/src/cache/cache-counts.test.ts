import { describe, expect, it } from '@jest/globals';
import { CacheCounter, countsOfFields, fieldsOfCounts } from './cache-counts.ts';
import type { CacheOutcome } from './cache-outcome.ts';

const outcomes: CacheOutcome[] = [
  { tier: 'local', outcome: 'miss' },
  { tier: 'local', outcome: 'miss' },
  { tier: 'shared', outcome: 'stale', reason: 'waited' },
  { tier: 'shared', outcome: 'bypass', reason: 'unavailable', error: new Error('away') },
];

describe('the counter of a cache', () => {
  it('counts what became of look-ups and fills once, and tells another observer', () => {
    const told: string[] = [];
    const counter = new CacheCounter({
      onLookUp: (key, { tier }) => told.push(`${tier} ${key}`),
      onWrite: (key) => told.push(`write ${key}`),
    });
    for (const outcome of outcomes) counter.observer.onLookUp?.('a', outcome);
    counter.observer.onFill?.('a', { outcome: 'unshared' });
    counter.observer.onWrite?.('a', 'stored');
    expect(told).toEqual(['local a', 'local a', 'shared a', 'shared a', 'write a']);
    const counts = counter.take();
    expect(Object.fromEntries(fieldsOfCounts(counts))).toEqual({
      'local miss': 2,
      'shared stale': 1,
      'shared bypass': 1,
      'fill unshared': 1,
    });
    expect(fieldsOfCounts(counter.take()).size).toBe(0);
  });

  it('reads fields again as what they were made of, and none as 0', () => {
    const fields = { 'local hit': '12', 'fill failed': '3', 'of a later release': '1' };
    const counts = countsOfFields(fields);
    expect(Object.fromEntries(fieldsOfCounts(counts))).toEqual({ 'local hit': 12, 'fill failed': 3 });
    expect(counts.shared).toEqual({ hit: 0, stale: 0, miss: 0, bypass: 0 });
  });
});
