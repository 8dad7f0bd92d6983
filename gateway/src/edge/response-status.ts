import type { HttpResponse } from '@tributary/runtime/http/http-message';

/** Codes of requests that are well formed as HTTP, and whose operation cannot be executed. */
const OPERATION_ERRORS = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * An answer of Apollo Server with the status that the GraphQL-over-HTTP specification wants: in the legacy `application/json` a
 * well-formed request is 200 whatever becomes of its operation, since only a GraphQL server can have made such an answer.
 * `application/graphql-response+json` keeps the 4xx.
 */
export function withSpecifiedStatus(response: HttpResponse): HttpResponse {
  const { status, headers, body } = response;
  if (status !== 400 || typeof body !== 'string' || !isLegacyJson(headers)) return response;
  const { errors } = JSON.parse(body);
  return OPERATION_ERRORS.has(errors?.[0]?.extensions?.code) ? { ...response, status: 200 } : response;
}

function isLegacyJson(headers: HttpResponse['headers']): boolean {
  for (const [name, value] of headers) if (name === 'content-type') return value.startsWith('application/json');
  return false;
}
