import { maskError, publicErrorOf } from '../errors/public-error.ts';
import type { Logger } from '../logging/logger.ts';
import { type HttpResponse, jsonResponse } from './http-message.ts';

/**
 * The answer to a request that failed as a whole, in the shape of a GraphQL response so that every client can read it. An
 * error that callers may not see is logged and masked.
 */
export function errorResponse(
  error: unknown,
  context: { logger: Logger; requestId: string; headers?: Iterable<readonly [string, string]> },
): HttpResponse {
  const shown = publicErrorOf(error) ?? maskError(error, context.logger, { requestId: context.requestId });
  return jsonResponse(
    shown.httpStatus,
    { errors: [{ message: shown.message, extensions: shown.extensions }] },
    context.headers,
  );
}
