import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import {
  type PlanningLimits,
  plannerRefusal,
  planningMemoryExceeded,
  planningTimeExceeded,
} from '../limits/planner-limits.ts';
import type { OperationPlanner } from './operation-planner.ts';
import { milliseconds, type PlannerReply, type PlannerThreadData } from './planner-protocol.ts';
import type { PrintedSchemas } from './supergraph-schemas.ts';

const PROGRAM = join(import.meta.dirname, 'planner-thread-main.ts');

/** Planning makes much garbage at once: with a third of this, plans take half as long again; with more, nothing is won. */
const YOUNG_GENERATION_MB = 24;

/** How soon a plan is looked at again that has not taken its time yet, at least. */
const SHORTEST_WAIT_MS = 10;

/** How many times as long as it may take a plan may last, on a machine that has no time for it. */
const MOST_TIMES_THE_LIMIT = 10;

/** A thread with a planner in it, which plans one operation at a time. */
export interface PlannerThread extends OperationPlanner {
  /** It ends by `stop`, by an operation that exceeds a limit, and by a defect. */
  readonly state: 'starting' | 'idle' | 'planning' | 'ended';
  /** What it has read, when it is idle for the first time; rejects with what is wrong with the supergraph, or why it ended before. */
  readonly ready: Promise<PrintedSchemas>;
  /** Resolves when nothing is left of it, some time after its state says so. */
  readonly gone: Promise<void>;
  /** @throws besides what planners throw, an Error when it is stopped meanwhile */
  plan(operation: string): Promise<QueryPlan>;
  /** Ends it, whatever it does. */
  stop(): Promise<void>;
  /** Lets it end by itself while it is idle, which costs the thread that asks for it next to nothing. */
  leave(): void;
}

/** Starts a planner for a supergraph in a thread of its own, which its owner has to stop. */
export function startPlannerThread(supergraphSdl: string, limits: PlanningLimits): PlannerThread {
  const worker = startWorker({ supergraphSdl }, limits);
  const gone = Promise.withResolvers<void>();
  let state: PlannerThread['state'] = 'starting';
  let awaited: PromiseWithResolvers<PlannerReply> | undefined;
  let spentMs = 0;
  let timer: NodeJS.Timeout | undefined;

  worker.on('message', (reply: PlannerReply) => {
    spentMs = reply.spentMs;
    if (state !== 'ended') state = 'idle';
    awaited?.resolve(reply);
  });
  worker.on('error', (error) => end(isOutOfMemory(error) ? planningMemoryExceeded(limits) : error));
  worker.on('exit', () => {
    end(stopped());
    gone.resolve();
  });

  function nextReply(): Promise<PlannerReply> {
    const mine = Promise.withResolvers<PlannerReply>();
    awaited = mine;
    return mine.promise.finally(() => {
      awaited = undefined;
    });
  }

  function end(reason: unknown): void {
    state = 'ended';
    awaited?.reject(reason);
  }

  async function stop(): Promise<void> {
    end(stopped());
    await worker.terminate();
  }

  /**
   * Ends the thread when a plan has taken its processor time: on a machine that is busy with other things it may take longer by the
   * clock.
   */
  async function endWhenSpent(startedAtMs: number): Promise<void> {
    const watched = awaited;
    const usage = await worker.cpuUsage().catch(() => undefined);
    if (!usage || !watched || watched !== awaited) return;
    const leftMs = limits.timeoutMs - (milliseconds(usage) - spentMs);
    if (leftMs > 0 && performance.now() - startedAtMs < limits.timeoutMs * MOST_TIMES_THE_LIMIT) {
      timer = setTimeout(endWhenSpent, Math.max(leftMs, SHORTEST_WAIT_MS), startedAtMs);
      return;
    }
    end(planningTimeExceeded(limits));
    void stop();
  }

  return {
    ready: nextReply().then(schemasIn),
    gone: gone.promise,
    get state() {
      return state;
    },
    async plan(operation) {
      if (state !== 'idle') throw new TypeError(`a planner that is ${state} was asked for a plan`);
      state = 'planning';
      timer = setTimeout(endWhenSpent, limits.timeoutMs, performance.now());
      worker.postMessage(operation);
      const reply = await nextReply().finally(() => clearTimeout(timer));
      if (reply.kind === 'planned') return reply.plan;
      throw reply.kind === 'failed' ? (plannerRefusal(reply.error) ?? reply.error) : new TypeError(reply.kind);
    },
    stop,
    leave() {
      end(stopped());
      worker.postMessage(null);
    },
  };
}

function schemasIn(reply: PlannerReply): PrintedSchemas {
  if (reply.kind !== 'ready') throw new TypeError(`a planner began with: ${reply.kind}`);
  return reply.schemas;
}

function startWorker(workerData: PlannerThreadData, { heapMb }: PlanningLimits): Worker {
  // The flag is for the thread that answers requests, whose heap is made already; here it would win over the limits below.
  setFlagsFromString('--max-semi-space-size=0');
  return new Worker(PROGRAM, {
    name: 'planner',
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

function stopped(): Error {
  return new Error('the planner has been stopped');
}

function isOutOfMemory(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
