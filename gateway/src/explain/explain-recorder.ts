import type { InspectedAnswer } from '../answer-cache/answer-cache.ts';
import type { PlanOutline } from './plan-outline.ts';
import type { SubgraphWork } from './subgraph-work.ts';

/** One request to a subgraph, as `extensions.explain` shows it. */
export interface ExplainedFetch extends SubgraphWork {
  subgraph: string;
  /** Where in the client's answer it adds its data (`products.@.reviews`); empty for root fields. */
  path: string;
  /** Since the request arrived at the gateway. */
  startMs: number;
  durationMs: number;
  /** The size of the subgraph's body before decoding; 0 when none came. */
  responseBytes: number;
  /** How many entities it was asked for; 0 for root fields. */
  representations: number;
  operationKind: 'query' | 'mutation' | 'subscription' | undefined;
  /** The code of the failure when the subgraph gave no answer. */
  failure?: string;
}

/** What an operation costs, as it is explained. */
export interface ExplainedCost {
  /** The most that it might have cost, before it was executed. */
  estimated: number;
  /** The parts of that which subgraphs are likely to execute; those with none are left out. */
  bySubgraph: Record<string, number>;
  /** What it did cost; missing when it was not executed. */
  actual?: number;
}

/** `extensions.explain` of an answer. */
export interface Explanation {
  /** The plan in Apollo's notation; null when the request failed before it was planned. */
  queryPlan: string | null;
  /** The same for programs. */
  plan: PlanOutline | null;
  fetches: ExplainedFetch[];
  /** What an answer without an explanation would have come out of; absent where answers are not kept. */
  answerCache?: InspectedAnswer;
  /** Absent where operations are not weighed. */
  cost?: ExplainedCost;
  totals: { fetches: number; statements: number; loaderBatches: number; durationMs: number };
}

/** Collects what happens while one request is answered. */
export interface ExplainRecorder {
  recordQueryPlan(text: string, plan: PlanOutline): void;
  /** @param fetch its `startedAtMs` is a `performance.now()` */
  recordFetch(fetch: Omit<ExplainedFetch, 'startMs'> & { startedAtMs: number }): void;
  recordAnswerCache(inspected: InspectedAnswer): void;
  recordCost(cost: ExplainedCost): void;
  /** What an operation did cost whose cost was recorded. */
  recordActualCost(actual: number): void;
  /** What was collected so far; `totals.durationMs` counts from the recorder's creation. */
  explanation(): Explanation;
}

/** A recorder for one request; make it when the request arrives. */
export function createExplainRecorder(): ExplainRecorder {
  const startedAtMs = performance.now();
  const fetches: ExplainedFetch[] = [];
  let queryPlan: string | null = null;
  let plan: PlanOutline | null = null;
  let answerCache: InspectedAnswer | undefined;
  let cost: ExplainedCost | undefined;
  return {
    recordQueryPlan(text, outline) {
      queryPlan = text;
      plan = outline;
    },
    recordFetch({ startedAtMs: fetchStartedAtMs, ...fetch }) {
      fetches.push({ ...fetch, startMs: hundredths(fetchStartedAtMs - startedAtMs) });
    },
    recordAnswerCache(inspected) {
      answerCache = inspected;
    },
    recordCost(recorded) {
      cost = recorded;
    },
    recordActualCost(actual) {
      if (cost) cost = { ...cost, actual };
    },
    explanation: () => ({
      queryPlan,
      plan,
      fetches,
      ...(answerCache && { answerCache }),
      ...(cost && { cost }),
      totals: {
        fetches: fetches.length,
        statements: fetches.reduce((sum, { statements }) => sum + statements.length, 0),
        loaderBatches: fetches.reduce((sum, { loaderBatches }) => sum + loaderBatches.length, 0),
        durationMs: elapsedMs(startedAtMs),
      },
    }),
  };
}

/** Milliseconds since a `performance.now()`, to a hundredth. */
export function elapsedMs(startedAtMs: number): number {
  return hundredths(performance.now() - startedAtMs);
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
