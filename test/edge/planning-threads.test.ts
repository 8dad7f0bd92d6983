import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { defaultPlanningLimits, type PlanningLimits } from '@tributary/gateway/limits/planner-limits';
import { BACKGROUND_NICENESS, runInBackground } from '@tributary/gateway/planning/background-priority';
import { type PlannedSupergraph, PlannerPool } from '@tributary/gateway/planning/planner-pool';
import type { PlannerRequest } from '@tributary/gateway/planning/planner-protocol';
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
let planner: PlannedSupergraph;
const posted = jest.spyOn(Worker.prototype, 'postMessage');
afterEach(() => pool.stop());
afterAll(() => posted.mockRestore());

async function start(limits: Partial<PlanningLimits> = {}) {
  posted.mockClear();
  pool = new PlannerPool({ ...NO_LIMIT, ...limits });
  planner = await pool.open(supergraphSdl);
}

/** What threads have been asked for, but for plans: what is to be done, and the supergraph's number. */
function readAndForgotten() {
  const requests = posted.mock.calls.map(([request]: [PlannerRequest, ...unknown[]]) => request);
  return requests.flatMap((request) => {
    if (request.kind === 'plan') return [];
    return [[request.kind, request.kind === 'read' ? request.supergraph.id : request.supergraphId]];
  });
}

/** How nice each thread of this process is, where that can be read: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function niceness() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/task').map((thread) => {
    const [, name, rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')) ?? [];
    return { thread, name, nice: Number(rest.split(' ')[16]) };
  });
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

    expect(await planner.plan('{ things { id } }')).toEqual({
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

    const forbid = () => {
      throw new Error('EPERM');
    };
    expect(() => runInBackground(forbid)).not.toThrow();
  });

  it('goes on in another thread while one operation takes long', async () => {
    await start();
    let isEndlessPlanned = false;
    const endless = planner.plan(ENDLESS_OPERATION).finally(() => {
      isEndlessPlanned = true;
    });
    endless.catch(() => undefined);

    const others = Array.from({ length: 20 }, (_, index) => planner.plan(`{ a${index}: things { id } }`));

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

    expect(await refusalOf(planner.plan(ENDLESS_OPERATION))).toEqual({ code: 'OPERATION_TOO_LARGE', ...refusal });
    expect(await planner.plan('{ things { id } }')).toHaveProperty('node.kind', 'Fetch');
  });

  it('is not done for a supergraph that does not fit into its memory, which is said', async () => {
    pool = new PlannerPool({ ...NO_LIMIT, heapMb: 4 });
    await expect(pool.open(supergraphSdl)).rejects.toThrow(
      'A planner has 4 MiB (TRIBUTARY_PLANNING_MEMORY_MB); with what it has already, the supergraph takes more',
    );
  });

  it('is refused to those for whom too many are waiting', async () => {
    await start({ waitingOperations: 1 });
    const [endless, waiting] = [planner.plan(ENDLESS_OPERATION), planner.plan('{ things { id } }')];
    endless.catch(() => undefined);

    expect(await refusalOf(planner.plan('{ b: things { id } }'))).toEqual({
      code: 'PLANNER_BUSY',
      retryAfterSeconds: 1,
    });
    expect(await waiting).toHaveProperty('node.kind', 'Fetch');
  });

  it('is refused to those who have waited too long', async () => {
    await start({ waitMs: 10 });
    planner.plan(ENDLESS_OPERATION).catch(() => undefined);

    expect(await refusalOf(planner.plan('{ things { id } }'))).toMatchObject({ code: 'PLANNER_BUSY' });
  });

  it('for another supergraph is done in the same thread, and the one before is forgotten when nothing waits for it', async () => {
    await start();
    const next = await pool.open(`${supergraphSdl}\n# another one`);
    const underWay = planner.plan('{ things { id } }');
    planner.retire();

    expect(await underWay).toHaveProperty('node.kind', 'Fetch');
    expect(await next.plan('{ things { id } }')).toHaveProperty('node.kind', 'Fetch');
    expect([readAndForgotten(), pool.threadCount]).toEqual([
      [
        ['read', 1],
        ['read', 2],
        ['forget', 1],
      ],
      1,
    ]);

    expect(await planner.plan('{ late: things { id } }')).toHaveProperty('node.kind', 'Fetch');
    expect(readAndForgotten().slice(3)).toEqual([
      ['read', 1],
      ['forget', 1],
    ]);
  });

  it('goes on while a large supergraph is read, in a thread of its own that stays in place of the other', async () => {
    await start();
    let isOpen = false;
    const opening = pool.open(`${supergraphSdl}\n# ${'large '.repeat(30_000)}`).finally(() => {
      isOpen = true;
    });

    expect(await planner.plan('{ things { id } }')).toHaveProperty('node.kind', 'Fetch');
    expect([isOpen, pool.threadCount]).toEqual([false, 2]);

    const next = await opening;
    expect(await planner.plan('{ a: things { id } }')).toHaveProperty('node.kind', 'Fetch');
    expect(readAndForgotten()).toEqual([
      ['read', 1],
      ['read', 2],
    ]);
    planner.retire();
    await eventually(
      async () => pool.threadCount,
      (count) => count === 1,
    );
    expect(await next.plan('{ things { id } }')).toHaveProperty('node.kind', 'Fetch');
    expect(readAndForgotten()).toEqual([
      ['read', 1],
      ['read', 2],
      ['forget', 1],
    ]);
  });

  it('goes on for the supergraph that is served when the next one is none', async () => {
    await start();

    await expect(pool.open(`${supergraphSdl}\ntype Broken { of: Missing }`)).rejects.toThrow('Missing');

    expect(await planner.plan('{ things { id } }')).toHaveProperty('node.kind', 'Fetch');
    expect([readAndForgotten(), pool.threadCount]).toEqual([
      [
        ['read', 1],
        ['read', 2],
      ],
      1,
    ]);
  });
});
