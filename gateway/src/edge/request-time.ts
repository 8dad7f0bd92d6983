import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { RequestHeaders } from '@tributary/runtime/http/http-message';
import { parseTimeout, timeoutHeader } from '@tributary/runtime/request/request-deadline';
import { DEADLINE_RESOLUTION_MS } from '../subgraph-fetch/deadlines.ts';

/** How long a request may take. */
export interface RequestTime {
  /** A `performance.now()`. */
  readonly deadlineMs: number;
  /** Whether its client said so. */
  readonly isOwn: boolean;
}

/** A fetch that is late is noticed a little later; a part of the answer that came in time is worth to be waited for. */
const GRACE_MS = 2 * DEADLINE_RESOLUTION_MS;

/**
 * How long a request may take from now on: what its client says, and no more than the limit.
 *
 * @throws CodedError BAD_REQUEST for a header that is no number
 */
export function requestTime(headers: Pick<RequestHeaders, 'get'>, limitMs: number): RequestTime {
  const timeoutMs = parseTimeout(headers.get(timeoutHeader));
  const nowMs = performance.now();
  if (timeoutMs === undefined) return { deadlineMs: nowMs + limitMs, isOwn: false };
  return { deadlineMs: nowMs + Math.min(timeoutMs, limitMs), isOwn: true };
}

/**
 * An answer, if it comes in time. Fetches end at the deadline by themselves; this is for what may go on longer, since others wait for
 * it, too.
 *
 * @throws CodedError DEADLINE_EXCEEDED, or what `answer` throws
 */
export async function answerInTime<T>(answer: Promise<T>, { deadlineMs }: RequestTime): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new CodedError('DEADLINE_EXCEEDED', 'The answer did not come in the time that the request has')),
    deadlineMs - performance.now() + GRACE_MS,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
