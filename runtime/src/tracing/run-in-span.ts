import { runWithTrace } from '../request/request-work.ts';
import { failureReasonOf } from './failure-reason.ts';
import type { TraceSpan } from './trace-span.ts';

/**
 * Runs something within a span, which everything that it starts is recorded in, and which ends with it.
 * @throws what it throws, which marks the span as failed
 */
export function runInSpan<T>(span: TraceSpan, run: () => Promise<T>): Promise<T> {
  return endWith(span, runWithTrace(span, run));
}

/**
 * Ends a span with the work that it is about.
 * @throws what the work throws, which marks the span as failed
 */
export async function endWith<T>(span: TraceSpan, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    span.fail(failureReasonOf(error));
    throw error;
  } finally {
    span.end();
  }
}
