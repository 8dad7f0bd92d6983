import { randomBytes } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Logger } from '../logging/logger.ts';
import { type ErrorCode, errorCodes, isErrorCode } from './error-codes.ts';

/** What a caller is told about an error. */
export interface PublicError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: ErrorCode };
  readonly httpStatus: number;
}

/**
 * The public form of an error that has one: its code is in the catalogue, whatever class it is of, so that packages that know
 * nothing of this one can throw such errors too. `undefined` for everything else, which is a defect and has to be masked.
 */
export function publicErrorOf(error: unknown): PublicError | undefined {
  const cause = innermost(error);
  if (!(cause instanceof Error)) return undefined;
  const extensions = extensionsOf(cause);
  const code = 'code' in cause ? cause.code : extensions.code;
  if (!isErrorCode(code) || code === 'INTERNAL_SERVER_ERROR') return undefined;
  const httpStatus =
    'httpStatus' in cause && typeof cause.httpStatus === 'number' ? cause.httpStatus : errorCodes[code].httpStatus;
  return { code, message: cause.message, extensions: { ...extensions, code }, httpStatus };
}

/**
 * Logs a defect with its stack and returns what the caller is told instead: that it happened, and the reference under which
 * the log has it.
 *
 * @param details where it happened (request id, path of the field), for the log only
 */
export function maskError(error: unknown, logger: Logger, details: Record<string, unknown> = {}): PublicError {
  const reference = randomBytes(6).toString('hex');
  logger.error({ ...details, reference, err: innermost(error) }, 'unexpected error');
  return {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Internal server error',
    extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
    httpStatus: errorCodes.INTERNAL_SERVER_ERROR.httpStatus,
  };
}

function extensionsOf(error: object): object & { readonly code?: unknown } {
  return 'extensions' in error && typeof error.extensions === 'object' && error.extensions !== null
    ? error.extensions
    : {};
}

/** The error that was thrown, out of the GraphQL errors that execution wrapped around it to say where. */
function innermost(error: unknown): unknown {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = inner.originalError;
  return inner;
}
