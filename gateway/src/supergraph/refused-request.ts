import { HeaderMap } from '@apollo/server';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { GraphQLError } from 'graphql';
import { retryAfterHeaders } from '../edge/retry-after.ts';

/** An error that ends a whole request in the form in which Apollo Server takes the status of the answer from it. */
export function refusedRequest(error: unknown): unknown {
  if (!(error instanceof CodedError)) return error;
  const http = { status: error.httpStatus, headers: new HeaderMap(retryAfterHeaders(error)) };
  return new GraphQLError(error.message, { originalError: error, extensions: { ...error.extensions, http } });
}
