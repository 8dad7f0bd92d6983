import type { QueryPlan } from '@apollo/query-planner';

/** What a planner thread is started with. It then takes texts of operations, one after the other. */
export interface PlannerThreadData {
  supergraphSdl: string;
}

/** What a planner thread says: first that it is ready, then one thing for each operation. */
export type PlannerReply =
  | { kind: 'ready' }
  | { kind: 'planned'; plan: QueryPlan }
  | { kind: 'failed'; error: unknown };
