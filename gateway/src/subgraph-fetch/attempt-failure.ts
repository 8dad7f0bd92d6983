import { errors } from 'undici';
import { AbandonedError, DeadlineError, type Exchange, OverdueError } from './exchange.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

/**
 * How an attempt to ask an instance failed.
 * - `defect`: it could not even be made
 * - `not sent`: no connection took it, so nobody has heard it
 * - `unanswered`: the connection broke before anything came back; it may have been carried out
 * - `refused`: a proxy in front said that there is nobody
 * - `overdue`: it was given up for another attempt
 * - `late`: its time has passed
 * - `abandoned`: nobody waits for it any more
 * - `broken`: an answer broke off, or is an error of HTTP alone
 * - `wrong`: an answer that came as a whole is no answer of GraphQL, or too long
 */
export type AttemptFailure =
  | 'defect'
  | 'not sent'
  | 'unanswered'
  | 'refused'
  | 'overdue'
  | 'late'
  | 'abandoned'
  | 'broken'
  | 'wrong';

const RETRYABLE: ReadonlySet<AttemptFailure> = new Set(['not sent', 'unanswered', 'refused', 'overdue']);
const THE_INSTANCES: ReadonlySet<AttemptFailure> = new Set([...RETRYABLE, 'broken']);

/** Classifies what an attempt threw. */
export function howItFailed(error: unknown, { progress, status }: Exchange): AttemptFailure {
  if (error instanceof SubgraphFailure) {
    if (error.code === 'SUBGRAPH_UNAVAILABLE') return 'refused';
    return status >= 500 ? 'broken' : 'wrong';
  }
  if (error instanceof AbandonedError) return 'abandoned';
  if (error instanceof OverdueError) return 'overdue';
  if (error instanceof DeadlineError) return 'late';
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'wrong';
  if (error instanceof errors.HTTPParserError || progress === 'answered') return 'broken';
  if (progress === 'sent') return 'unanswered';
  return progress === 'dispatched' ? 'not sent' : 'defect';
}

/** Whether another attempt may bring an answer. */
export function isRetryable(failure: AttemptFailure): boolean {
  return RETRYABLE.has(failure);
}

/**
 * Whether a failure speaks against the instance. Time that was shorter than usual does not: who asks so could have any instance
 * ejected; nor does an answer that nothing but the request may be to blame for.
 */
export function isOfInstance(failure: AttemptFailure, { hadFullTime }: { hadFullTime: boolean }): boolean {
  return failure === 'late' ? hadFullTime : THE_INSTANCES.has(failure);
}

/** What callers are told. */
export function toSubgraphFailure(error: unknown, service: string): SubgraphFailure {
  return error instanceof SubgraphFailure ? error : new SubgraphFailure(codeOf(error), service, error);
}

function codeOf(error: unknown): SubgraphFailure['code'] {
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'SUBGRAPH_INVALID_RESPONSE';
  if (error instanceof errors.HTTPParserError) return 'SUBGRAPH_INVALID_RESPONSE';
  const isLate =
    error instanceof DeadlineError || error instanceof OverdueError || error instanceof errors.ConnectTimeoutError;
  return isLate ? 'SUBGRAPH_TIMEOUT' : 'SUBGRAPH_UNAVAILABLE';
}
