import type { QueryPlan } from '@apollo/query-planner';
import type { PrintedSchemas } from './supergraph-schemas.ts';

/** What a planner thread is started with. It then takes texts of operations, one after the other, and `null` to end. */
export interface PlannerThreadData {
  supergraphSdl: string;
}

/** What a planner thread says: first that it is ready and what it has read, then one thing for each operation. */
export type PlannerReply = PlannerOutcome & {
  /** The processor time that the thread has taken since it was started, in milliseconds. */
  readonly spentMs: number;
};

export type PlannerOutcome =
  | { kind: 'ready'; schemas: PrintedSchemas }
  | { kind: 'planned'; plan: QueryPlan }
  | { kind: 'failed'; error: unknown };

/** Processor time as Node has it, in milliseconds. */
export function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}
