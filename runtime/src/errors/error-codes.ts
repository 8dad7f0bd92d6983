import { callerErrorCodes } from './caller-error-codes.ts';
import { requestErrorCodes } from './request-error-codes.ts';
import { serviceErrorCodes } from './service-error-codes.ts';

/**
 * Every `extensions.code` this system answers with. It is the single source: the documentation is generated from it, and an
 * error whose code is not in it never reaches a caller.
 */
export const errorCodes = { ...callerErrorCodes, ...requestErrorCodes, ...serviceErrorCodes } as const;

/** A key of the catalogue. */
export type ErrorCode = keyof typeof errorCodes;

/** Whether `code` is in the catalogue. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}
