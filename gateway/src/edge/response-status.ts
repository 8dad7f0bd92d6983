import type { HeaderMap } from '@apollo/server';

/** Codes of requests that are well formed as HTTP, and whose operation cannot be executed. */
const OPERATION_ERRORS = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * The status of an answer of Apollo Server as the GraphQL-over-HTTP specification wants it: in the legacy `application/json` a
 * well-formed request is 200 whatever becomes of its operation, since only a GraphQL server can have made such an answer.
 * `application/graphql-response+json` keeps the 4xx.
 *
 * @param body the answer's text
 */
export function responseStatus(status: number, headers: HeaderMap, body: string): number {
  if (status !== 400 || !headers.get('content-type')?.startsWith('application/json')) return status;
  const { errors } = JSON.parse(body);
  return OPERATION_ERRORS.has(errors?.[0]?.extensions?.code) ? 200 : status;
}
