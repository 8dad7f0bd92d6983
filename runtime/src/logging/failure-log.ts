import { publicErrorOf } from '../errors/public-error.ts';
import { systemErrorCode } from '../errors/system-error-code.ts';
import type { Logger } from './logger.ts';

export interface FailureLogOptions {
  readonly logger: Logger;
  /** What fails and tries again: `outbox relay`. */
  readonly component: string;
  /** How long the same failure is counted before it is logged again. */
  readonly intervalMs?: number;
}

interface Failure {
  readonly message: string;
  readonly level: 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  /** What makes it the same failure as another. */
  readonly key: string;
}

const SYSTEM_ERROR = /^E[A-Z]{3,}$/;

/**
 * Logs the failures of something that goes on in the background and tries again, so that a database that is away for an hour
 * does not fill the log: the same failure has one line in an interval, with the number of its repetitions.
 *
 * An expected failure (one of the catalogue of error codes, or a connection that was refused or lost, anywhere in the chain of
 * causes) is a warning without a stack; everything else is an error with all of it.
 */
export function createFailureLog({ logger, component, intervalMs = 10_000 }: FailureLogOptions) {
  const repetitions = new Map<string, number>();

  const write = ({ level, fields, message }: Failure, repeated?: number): void =>
    logger[level]({ component, ...fields, ...(repeated !== undefined && { repeated }) }, message);

  const openInterval = (failure: Failure): void => {
    repetitions.set(failure.key, 0);
    const timer = setTimeout(() => {
      const repeated = repetitions.get(failure.key) ?? 0;
      repetitions.delete(failure.key);
      if (repeated === 0) return;
      write(failure, repeated);
      openInterval(failure);
    }, intervalMs);
    timer.unref();
  };

  return (error: unknown): void => {
    const failure = failureOf(error);
    const repeated = repetitions.get(failure.key);
    if (repeated !== undefined) {
      repetitions.set(failure.key, repeated + 1);
      return;
    }
    write(failure);
    openInterval(failure);
  };
}

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const expected = expectedCauseOf(error);
  if (expected === undefined) return { message, level: 'error', fields: { err: error }, key: message };
  const { code, reason } = expected;
  return { message, level: 'warn', fields: { code, reason }, key: `${code} ${reason}` };
}

function expectedCauseOf(error: unknown): { code: string; reason: string } | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const known = publicErrorOf(cause);
    if (known) return { code: known.code, reason: known.message };
    const code = systemErrorCode(cause);
    if (code !== undefined && SYSTEM_ERROR.test(code)) return { code, reason: cause.message };
  }
  return undefined;
}
