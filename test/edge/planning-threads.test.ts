import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultPlanningLimits, type PlanningLimits } from '@tributary/gateway/limits/planner-limits';
import { BACKGROUND_NICENESS } from '@tributary/gateway/planning/background-priority';
import { PlannerPool } from '@tributary/gateway/planning/planner-pool';
import { eventually } from '../kit/eventually.ts';
import { ENDLESS_OPERATION, writeWideSupergraph } from './wide-supergraph.ts';

const NO_LIMIT: PlanningLimits = { ...defaultPlanningLimits, timeoutMs: 600_000, heapMb: 1_024, waitMs: 600_000 };

let supergraphSdl: string;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-planning-'));
  supergraphSdl = await readFile(await writeWideSupergraph(folder), 'utf8');
  await rm(folder, { recursive: true });
});

let pool: PlannerPool;
afterEach(() => pool.stop());

async function start(limits: Partial<PlanningLimits> = {}) {
  pool = new PlannerPool(supergraphSdl, { ...NO_LIMIT, ...limits });
  await pool.start();
}

/** How nice each thread of this process is, where that can be read: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function niceness() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/task').map((thread) => {
    const [, name, rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')) ?? [];
    return { thread, name, nice: Number(rest.split(' ')[16]) };
  });
}

function allThreadsGone() {
  return eventually(
    async () => pool.threadCount,
    (count) => count === 0,
  );
}

/** The code and the limit that an operation is refused with. */
async function refusalOf(planning: Promise<unknown>) {
  const error: unknown = await planning.then(
    () => new Error('it was planned'),
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'extensions' in error ? error.extensions : error;
}

describe('planning', () => {
  it('is done in a thread that is ready before it is asked', async () => {
    await start();

    expect(await pool.plan('{ things { id } }')).toEqual({
      kind: 'QueryPlan',
      node: expect.objectContaining({ kind: 'Fetch', serviceName: 'things0', operation: '{things{__typename id}}' }),
    });
    expect(pool.threadCount).toBe(1);
  });

  it('leaves the processors to the threads that answer requests, where threads have priorities', async () => {
    const before = niceness();
    await start();
    const started = niceness().filter(({ thread }) => !before.some((known) => known.thread === thread));
    const ofPlanners = started.filter(({ name }) => name === 'planner');
    if (process.platform === 'linux') {
      expect(ofPlanners).toEqual([expect.objectContaining({ nice: BACKGROUND_NICENESS })]);
    }
    expect(niceness()).toEqual(expect.arrayContaining(before));
  });

  it('goes on in another thread while one operation takes long', async () => {
    await start();
    let isEndlessPlanned = false;
    const endless = pool.plan(ENDLESS_OPERATION).finally(() => {
      isEndlessPlanned = true;
    });
    endless.catch(() => undefined);

    const others = Array.from({ length: 20 }, (_, index) => pool.plan(`{ a${index}: things { id } }`));

    expect(await Promise.all(others)).toHaveLength(20);
    expect([isEndlessPlanned, pool.threadCount]).toEqual([false, 2]);
    await pool.stop();
    await expect(endless).rejects.toThrow('the planner has been stopped');
  });

  it.each<[string, Partial<PlanningLimits>, object]>([
    ['too long', { timeoutMs: 200 }, { limit: 'planningTime', maximum: 200 }],
    ['too much memory', { heapMb: 64 }, { limit: 'planningMemory', maximum: 64 }],
  ])('of an operation that takes %s ends, and others are planned as before', async (_case, limits, refusal) => {
    await start(limits);

    expect(await refusalOf(pool.plan(ENDLESS_OPERATION))).toEqual({ code: 'OPERATION_TOO_LARGE', ...refusal });
    expect(await pool.plan('{ things { id } }')).toHaveProperty('node.kind', 'Fetch');
  });

  it('is refused to those for whom too many are waiting', async () => {
    await start({ waitingOperations: 1 });
    const [endless, waiting] = [pool.plan(ENDLESS_OPERATION), pool.plan('{ things { id } }')];
    endless.catch(() => undefined);

    expect(await refusalOf(pool.plan('{ b: things { id } }'))).toEqual({ code: 'PLANNER_BUSY', retryAfterSeconds: 1 });
    expect(await waiting).toHaveProperty('node.kind', 'Fetch');
  });

  it('is refused to those who have waited too long', async () => {
    await start({ waitMs: 10 });
    pool.plan(ENDLESS_OPERATION).catch(() => undefined);

    expect(await refusalOf(pool.plan('{ things { id } }'))).toMatchObject({ code: 'PLANNER_BUSY' });
  });

  it('is over when the supergraph is another one, but for operations that are still under way', async () => {
    await start();
    const underWay = pool.plan('{ things { id } }');
    pool.retire();
    expect(await underWay).toHaveProperty('node.kind', 'Fetch');
    await allThreadsGone();

    expect(await pool.plan('{ late: things { id } }')).toHaveProperty('node.kind', 'Fetch');
    await allThreadsGone();
  });
});
