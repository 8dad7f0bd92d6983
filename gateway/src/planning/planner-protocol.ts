import type { QueryPlan } from '@apollo/query-planner';
import type { SupergraphFacts } from './supergraph-facts.ts';

/** A supergraph, as it was composed. */
export interface SupergraphText {
  /** Tells it from all others of this process. */
  readonly id: number;
  readonly sdl: string;
}

/** What a planner thread is started with. */
export interface PlannerThreadData {
  /** Whether no request is answered before it has read a supergraph: it is in no hurry otherwise. */
  readonly isAwaited: boolean;
}

/** What a planner thread is asked for, one thing after the other. It answers all but the last kind. */
export type PlannerRequest =
  | { readonly kind: 'read'; readonly supergraph: SupergraphText }
  | { readonly kind: 'plan'; readonly supergraphId: number; readonly operation: string }
  | { readonly kind: 'forget'; readonly supergraphId: number };

/** What a planner thread says to a request. */
export type PlannerReply = PlannerOutcome & {
  /** The processor time that the thread has taken since it was started, in milliseconds. */
  readonly spentMs: number;
};

export type PlannerOutcome =
  | { readonly kind: 'read'; readonly facts: SupergraphFacts }
  | { readonly kind: 'planned'; readonly plan: QueryPlan }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Processor time as Node has it, in milliseconds. */
export function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}
