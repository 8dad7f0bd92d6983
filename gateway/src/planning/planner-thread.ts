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
  supergraphTooLarge,
} from '../limits/planner-limits.ts';
import {
  milliseconds,
  type PlannerReply,
  type PlannerRequest,
  type PlannerThreadData,
  type SupergraphText,
} from './planner-protocol.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

const PROGRAM = join(import.meta.dirname, 'planner-thread-main.ts');

/** Planning makes much garbage at once: with a third of this, plans take half as long again; with more, nothing is won. */
const YOUNG_GENERATION_MB = 24;

/** How soon a plan is looked at again that has not taken its time yet, at least. */
const SHORTEST_WAIT_MS = 10;

/** How many times as long as it may take a plan may last, on a machine that has no time for it. */
const MOST_TIMES_THE_LIMIT = 10;

/** A thread with planners in it, which does one thing at a time. */
export interface PlannerThread {
  /** It ends by `stop`, by an operation that exceeds a limit, and by a defect. */
  readonly isEnded: boolean;
  /** What it has read and not forgotten. */
  readonly supergraphs: ReadonlySet<SupergraphText>;
  /** Resolves when nothing is left of it, some time after it has ended. */
  readonly gone: Promise<void>;
  /**
   * Reads a supergraph, for which it plans from then on.
   * @throws Error saying what is wrong with the supergraph, or why the thread has ended
   */
  read(supergraph: SupergraphText): Promise<SupergraphFacts>;
  /** @throws besides what planners throw, an Error when it is stopped meanwhile */
  plan(supergraph: SupergraphText, operation: string): Promise<QueryPlan>;
  /** Frees what it has of a supergraph. */
  forget(supergraph: SupergraphText): void;
  /** Ends it, whatever it does. */
  stop(): Promise<void>;
}

/** Starts a thread of its own to plan in, which its owner has to stop. */
export function startPlannerThread(limits: PlanningLimits, data: PlannerThreadData): PlannerThread {
  const worker = startWorker(limits, data);
  const gone = Promise.withResolvers<void>();
  const supergraphs = new Set<SupergraphText>();
  let isEnded = false;
  let awaited: PromiseWithResolvers<PlannerReply> | undefined;
  let endedBy: unknown;
  let spentMs = 0;
  let timer: NodeJS.Timeout | undefined;

  worker.on('message', (reply: PlannerReply) => {
    spentMs = reply.spentMs;
    awaited?.resolve(reply);
  });
  worker.on('error', end);
  worker.on('exit', () => {
    end(stopped());
    gone.resolve();
  });

  /** @throws what failed in the thread, or why it has ended */
  async function ask(request: PlannerRequest): Promise<PlannerReply> {
    if (isEnded) throw endedBy;
    if (awaited) throw new TypeError('a planner that is busy was asked for something');
    const mine = Promise.withResolvers<PlannerReply>();
    awaited = mine;
    worker.postMessage(request);
    const reply = await mine.promise.finally(() => {
      awaited = undefined;
    });
    if (reply.kind === 'failed') throw reply.error;
    return reply;
  }

  function end(reason: unknown): void {
    if (!isEnded) endedBy = reason;
    isEnded = true;
    awaited?.reject(endedBy);
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
    supergraphs,
    gone: gone.promise,
    get isEnded() {
      return isEnded;
    },
    async read(supergraph) {
      const reply = await ask({ kind: 'read', supergraph }).catch((error: unknown) => {
        throw isOutOfMemory(error) ? supergraphTooLarge(limits, error) : error;
      });
      if (reply.kind !== 'read') throw unexpected(reply);
      supergraphs.add(supergraph);
      return reply.facts;
    },
    async plan({ id: supergraphId }, operation) {
      timer = setTimeout(endWhenSpent, limits.timeoutMs, performance.now());
      const reply = await ask({ kind: 'plan', supergraphId, operation })
        .catch((error: unknown) => {
          throw isOutOfMemory(error) ? planningMemoryExceeded(limits) : (plannerRefusal(error) ?? error);
        })
        .finally(() => clearTimeout(timer));
      if (reply.kind !== 'planned') throw unexpected(reply);
      return reply.plan;
    },
    forget(supergraph) {
      supergraphs.delete(supergraph);
      const request: PlannerRequest = { kind: 'forget', supergraphId: supergraph.id };
      worker.postMessage(request);
    },
    stop,
  };
}

function startWorker({ heapMb }: PlanningLimits, workerData: PlannerThreadData): Worker {
  // The flag is for the thread that answers requests, whose heap is made already; here it would win over the limits below.
  setFlagsFromString('--max-semi-space-size=0');
  return new Worker(PROGRAM, {
    name: 'planner',
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

function unexpected({ kind }: PlannerReply): TypeError {
  return new TypeError(`a planner said: ${kind}`);
}

function stopped(): Error {
  return new Error('the planner has been stopped');
}

function isOutOfMemory(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
