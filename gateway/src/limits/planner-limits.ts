import { isNativeError } from 'node:util/types';
import { CodedError } from '@tributary/runtime/errors/coded-error';

/** What planning may take. Whatever the planner does, it does not do it for longer or with more than this. */
export interface PlanningLimits {
  /** For one operation, in milliseconds of processor time. */
  readonly timeoutMs: number;
  /** Of one planner, which has the supergraph's graph in it, in MiB. */
  readonly heapMb: number;
  /** How many operations may wait to be planned. */
  readonly waitingOperations: number;
  /** How long one may wait to be planned, in milliseconds. */
  readonly waitMs: number;
}

/** What holds unless an operator decides otherwise: ten times what our slowest operation takes, cold. */
export const defaultPlanningLimits: PlanningLimits = {
  timeoutMs: 800,
  heapMb: 256,
  waitingOperations: 500,
  waitMs: 5_000,
};

/** The last is an array of combinations that no machine could hold. */
const GIVES_UP = /^(Number of non-local selections exceeds limit|Too many options generated|Invalid array length)/;

/** The refusal that an error of the planner stands for, when it is one of giving up. */
export function plannerRefusal(error: unknown): CodedError | undefined {
  if (!isNativeError(error) || !GIVES_UP.test(error.message)) return undefined;
  return new CodedError('OPERATION_TOO_LARGE', 'There are too many ways to plan the operation', {
    extensions: { limit: 'planning' },
    cause: error,
  });
}

/** The refusal of an operation that was not planned in time. */
export function planningTimeExceeded({ timeoutMs }: PlanningLimits): CodedError {
  return new CodedError('OPERATION_TOO_LARGE', `The limit is ${timeoutMs} ms of planning; the operation takes longer`, {
    extensions: { limit: 'planningTime', maximum: timeoutMs },
  });
}

/** The refusal of an operation whose plan does not fit into the memory of a planner. */
export function planningMemoryExceeded({ heapMb }: PlanningLimits): CodedError {
  return new CodedError('OPERATION_TOO_LARGE', `The limit is ${heapMb} MiB for planning; the operation takes more`, {
    extensions: { limit: 'planningMemory', maximum: heapMb },
  });
}

/** What is wrong with a supergraph that does not fit into the memory of a planner, which may have another one to plan for until then. */
export function supergraphTooLarge({ heapMb }: PlanningLimits, cause: unknown): Error {
  return new Error(
    `A planner has ${heapMb} MiB (TRIBUTARY_PLANNING_MEMORY_MB); with what it has already, the supergraph takes more`,
    {
      cause,
    },
  );
}

/** The refusal of an operation that is not to blame: others are being planned. */
export function plannerBusy(): CodedError {
  return new CodedError('PLANNER_BUSY', 'Too many new operations are waiting to be planned', {
    extensions: { retryAfterSeconds: 1 },
  });
}
