import { publicErrorOf } from '../errors/public-error.ts';
import { systemErrorCode } from '../errors/system-error-code.ts';

/** Why something failed, as a span may say it: a code, or the kind of error. Messages of errors can hold values. */
export function failureReasonOf(error: unknown): string {
  const code = publicErrorOf(error)?.code ?? systemErrorCode(error);
  if (code !== undefined) return code;
  return error instanceof Error ? error.name : 'an error without a code';
}
