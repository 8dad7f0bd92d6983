import type { ErrorCodeEntry } from '@tributary/runtime/errors/error-code-entry';
import { type ErrorCode, errorCodes, isErrorCode } from '@tributary/runtime/errors/error-codes';
import { publicErrorOf } from '@tributary/runtime/errors/public-error';
import type { Metrics } from '@tributary/runtime/metrics/metrics';
import type { Outcome } from './operation-stats.ts';

/** Counts the errors of answers by code. */
export class ErrorCounts {
  /** Defects are there from the beginning: a counter that appears with the first one shows no increase. */
  readonly #counts = new Map<ErrorCode, number>([['INTERNAL_SERVER_ERROR', 0]]);

  constructor(metrics: Metrics) {
    metrics.read('tributary_errors_total', () =>
      [...this.#counts].map(([code, value]) => ({ labels: { code }, value })),
    );
  }

  /**
   * Counts an error.
   * @param code one that is not in the catalogue is a defect, as for callers
   * @returns whose it is
   */
  add(code: unknown): Extract<Outcome, 'refused' | 'failed'> {
    const known = isErrorCode(code) ? code : 'INTERNAL_SERVER_ERROR';
    this.#counts.set(known, (this.#counts.get(known) ?? 0) + 1);
    const { httpStatus }: ErrorCodeEntry = errorCodes[known];
    return httpStatus >= 500 ? 'failed' : 'refused';
  }

  /** The code that callers are told of an error which was thrown. */
  codeOf(error: unknown): ErrorCode {
    return publicErrorOf(error)?.code ?? 'INTERNAL_SERVER_ERROR';
  }
}
