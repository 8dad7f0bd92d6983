import { describe, expect, it } from '@jest/globals';
import type { Coordination, FillVerdict, FinishedFill, Invalidation } from '@tributary/runtime/cache/coordination';
import fc from 'fast-check';
import { describeInterleaving, staleReads } from './describe-interleaving.ts';

type Borne = Pick<FinishedFill, 'tags' | 'lifetimeMs'>;

const SCHEDULES = Number(process.env['TRIBUTARY_CACHE_SCHEDULES'] ?? 10_000);

/** As caches are that store what a fill brought without asking what happened meanwhile. */
function withoutGuard(coordination: Coordination): Coordination {
  return {
    ...coordination,
    finishFills: async (fills) => {
      await coordination.finishFills(fills);
      return Promise.all(fills.map(async (fill) => currentVerdict(coordination, fill)));
    },
  };
}

/** As caches are that store what was written without asking who else wrote. */
function withoutWriteGuard(coordination: Coordination): Coordination {
  return {
    ...coordination,
    finishWrite: async (write) => {
      await coordination.finishWrite(write);
      return Promise.all(write.entries.map(async (entry) => currentVerdict(coordination, entry)));
    },
  };
}

async function currentVerdict(coordination: Coordination, entry: Borne): Promise<FillVerdict> {
  const versions = await coordination.versionsOf(entry.tags);
  const { lifetimeMs } = entry;
  return { outcome: 'current', versions: versions.map((version) => version ?? Number.NaN), lifetimeMs };
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

describeInterleaving('memory', { schedules: SCHEDULES });

describe('the model of the cache', () => {
  it.each([
    ['the guard against fills that were overtaken', withoutGuard],
    ['the guard against writes that were overtaken', withoutWriteGuard],
    ['the positions that replicas have to reach', withoutPositions],
  ])(
    'catches it answering something older without %s',
    async (_, weaken) => {
      const { failed, counterexample } = await fc.check(staleReads({ weaken }), {
        numRuns: SCHEDULES,
        endOnFailure: true,
      });
      expect({ failed, counterexample }).toMatchObject({ failed: true });
    },
    120_000,
  );
});
