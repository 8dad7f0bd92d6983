import type { ServerResponse } from 'node:http';
import type { HttpRequest } from '../http/http-message.ts';
import { traceFields } from '../tracing/trace-fields.ts';
import type { Logger } from './logger.ts';

export interface RequestLogOptions {
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** So many requests that went well are logged in a second, and so many that failed; of the others the next line has the number. */
  readonly perSecond: number;
  /** A clock that never goes back; `performance.now` unless told. */
  readonly nowMs?: () => number;
}

/** Logs a request once it is answered: one line, or none when there are too many. */
export type RequestLog = (request: HttpRequest, target: ServerResponse) => void;

/** @returns what has to be told of a request when it comes in */
export function createRequestLog({
  logger,
  perSecond,
  nowMs = () => performance.now(),
}: RequestLogOptions): RequestLog {
  const well = new Allowance(perSecond);
  const failed = new Allowance(perSecond);

  return (request, target) => {
    const startedAtMs = nowMs();
    target.once('close', () => {
      const endedAtMs = nowMs();
      const hasFailed = target.statusCode >= 500 || !target.writableFinished;
      const skipped = (hasFailed ? failed : well).take(endedAtMs);
      if (skipped === undefined) return;
      const { requestId, method, path, trace } = request;
      logger[hasFailed ? 'warn' : 'info'](
        {
          requestId,
          method,
          path,
          operation: operationNameIn(request.body),
          status: target.writableFinished ? target.statusCode : 'aborted',
          durationMs: Math.round((endedAtMs - startedAtMs) * 10) / 10,
          ...traceFields(trace),
          ...(skipped > 0 && { skipped }),
        },
        'request',
      );
    });
  };
}

/** Lines that may be written, counted anew in every second. */
class Allowance {
  readonly #perSecond: number;
  #second = 0;
  #taken = 0;
  #skipped = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** How many have not been written since the last that was; `undefined` when this one may not be either. */
  take(nowMs: number): number | undefined {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    if (this.#taken >= this.#perSecond) {
      this.#skipped += 1;
      return undefined;
    }
    this.#taken += 1;
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }
}

const LONGEST_NAME = 100;

/** What a client calls its operation, where it says so. */
function operationNameIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('operationName' in body)) return undefined;
  return typeof body.operationName === 'string' ? body.operationName.slice(0, LONGEST_NAME) : undefined;
}
