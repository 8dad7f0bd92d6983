import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Caller, type InterleavingOptions, type OpenStores, playInterleaving, type Step } from './interleaving.ts';

const key = fc.constantFrom('product' as const, 'page' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('read' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read-newcomer' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('write' as const), isByTag: fc.boolean(), isThrough: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay' as const) }) },
);
const caller: fc.Arbitrary<Caller> = fc.record({
  process: fc.constantFrom(0, 0, 1),
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
});

/** That a schedule of the scheduler's choice has no reads that answer something older than they may. */
export function staleReads(options: Omit<InterleavingOptions, 'pause' | 'callers'>) {
  const callers = fc.array(caller, { minLength: 2, maxLength: 4 });
  return fc.asyncProperty(fc.scheduler(), callers, async (scheduler, planned) => {
    const pause = (label: string): Promise<void> => scheduler.schedule(Promise.resolve(), label);
    const played = await scheduler.waitFor(playInterleaving({ pause, callers: planned, ...options }));
    expect(played.stale).toEqual([]);
  });
}

/** What a cache does on every kind of store. */
export function describeInterleaving(name: string, options: { schedules: number; openStores?: OpenStores }): void {
  const { schedules, openStores } = options;
  describe(`the cache on ${name}, whatever the order of reads, writes, replays, invalidations and fills`, () => {
    it(`answers nothing older than what its reader was told of, in ${schedules} schedules`, async () => {
      await fc.assert(staleReads({ openStores }), { numRuns: schedules });
    }, 120_000);
  });
}
