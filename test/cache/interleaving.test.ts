import { describe, expect, it } from '@jest/globals';
import type { Coordination, Invalidation, Version } from '@tributary/runtime/cache/coordination';
import fc from 'fast-check';
import { type Caller, playInterleaving, type Step } from './interleaving.ts';

const SCHEDULES = Number(process.env['TRIBUTARY_CACHE_SCHEDULES'] ?? 10_000);

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

function staleReads(weaken?: (coordination: Coordination) => Coordination) {
  const callers = fc.array(caller, { minLength: 2, maxLength: 4 });
  return fc.asyncProperty(fc.scheduler(), callers, async (scheduler, planned) => {
    const pause = (label: string): Promise<void> => scheduler.schedule(Promise.resolve(), label);
    const played = await scheduler.waitFor(playInterleaving({ pause, callers: planned, weaken }));
    expect(played.stale).toEqual([]);
  });
}

/** As caches are that store what a fill brought without asking what happened meanwhile. */
function withoutGuard(coordination: Coordination): Coordination {
  return {
    ...coordination,
    finishFills: async (fills) => {
      await coordination.finishFills(fills);
      return Promise.all(
        fills.map(async ({ tags }) => ({ outcome: 'current', versions: await currentVersions(coordination, tags) })),
      );
    },
  };
}

/** As caches are that store what was written without asking who else wrote. */
function withoutWriteGuard(coordination: Coordination): Coordination {
  return {
    ...coordination,
    finishWrite: async (write) => {
      await coordination.finishWrite(write);
      return Promise.all(
        write.entries.map(async ({ tags }) => ({
          outcome: 'current',
          versions: await currentVersions(coordination, tags),
        })),
      );
    },
  };
}

async function currentVersions(coordination: Coordination, tags: readonly string[]): Promise<Version[]> {
  const versions = await coordination.versionsOf(tags);
  return versions.map((version) => version ?? Number.NaN);
}

/** As caches are that don't tell fills how far replicas have to be. */
function withoutPositions(coordination: Coordination): Coordination {
  const forget = ({ tags }: Invalidation): Invalidation => ({ tags, positions: {} });
  return {
    ...coordination,
    invalidate: (invalidation) => coordination.invalidate(forget(invalidation)),
    finishWrite: (write) => coordination.finishWrite({ ...write, invalidation: forget(write.invalidation) }),
  };
}

describe('the cache, whatever the order of reads, writes, replays, invalidations and fills', () => {
  it(`answers nothing older than what its reader was told of, in ${SCHEDULES} schedules`, async () => {
    await fc.assert(staleReads(), { numRuns: SCHEDULES });
  }, 120_000);

  it.each([
    ['the guard against fills that were overtaken', withoutGuard],
    ['the guard against writes that were overtaken', withoutWriteGuard],
    ['the positions that replicas have to reach', withoutPositions],
  ])(
    'is caught answering something older without %s',
    async (_, weaken) => {
      const { failed, counterexample } = await fc.check(staleReads(weaken), { numRuns: SCHEDULES, endOnFailure: true });
      expect({ failed, counterexample }).toMatchObject({ failed: true });
    },
    120_000,
  );
});
