import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import type { FailureLog } from './failure-log.ts';
import type { Gathering } from './fetches/gathering.ts';
import type { Fetcher } from './fetches/subgraph-request.ts';
import type { WrongDataObserver } from './shaping/wrong-data.ts';

/** One execution of an operation: what the steps of its plan read and write. */
export interface ExecutionRun extends Fetcher {
  /** The data of all subgraphs so far, under the plan's response keys. */
  readonly data: JsonObject;
  /** Whether an object or list of the data may stand in several places. */
  hasRepeats: boolean;
  /** Entities that a subgraph does not know; missing where there are none. */
  absent?: Set<JsonObject>;
  /** As the client sent them; subgraphs apply the defaults themselves. */
  readonly variables: Readonly<JsonObject>;
  /** With their defaults, checked against their types: what `@skip` and `@include` are decided by. */
  readonly coercedVariables: Readonly<JsonObject>;
  readonly failures: FailureLog;
  /** Where fetches wait for others to go out with, by the number of their group. */
  readonly gatherings: Gathering[];
  readonly observeWrongData: WrongDataObserver | undefined;
}

/** A compiled step of a plan. It never rejects: what goes wrong is in the run's failures. */
export type PlanStep = (run: ExecutionRun) => Promise<void>;
