import type { CorsOptions } from '@tributary/runtime/http/cors';
import { timeoutHeader } from '@tributary/runtime/request/request-deadline';
import { sessionHeader } from '@tributary/runtime/session/followed-session';
import { EXPLAIN_HEADER } from '../explain/explain-access.ts';
import { API_KEY_HEADER } from '../rate-limit/api-keys.ts';
import { COST_HEADER } from '../rate-limit/request-account.ts';
import { IDEMPOTENCY_KEY_HEADER } from './idempotency-key.ts';

const SANDBOX_ORIGIN = 'https://studio.apollographql.com';

/** What front ends send. */
const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'x-request-id',
  EXPLAIN_HEADER,
  API_KEY_HEADER,
  'apollo-require-preflight',
  IDEMPOTENCY_KEY_HEADER,
  timeoutHeader,
  sessionHeader,
  'last-event-id',
  'apollographql-client-name',
  'apollographql-client-version',
  // A browser that begins a trace is refused without.
  'traceparent',
  'tracestate',
];

/** What front ends read; a header that is added to answers and meant for scripts has to be listed here. */
const EXPOSED_HEADERS = ['x-request-id', sessionHeader, 'ratelimit', 'ratelimit-policy', 'retry-after', COST_HEADER];

/** Who may call from a browser: the configured origins, and Apollo's hosted Sandbox in development. */
export function gatewayCors(allowedOrigins: readonly string[], isDevelopment: boolean): CorsOptions {
  return {
    allowedOrigins: isDevelopment ? [...allowedOrigins, SANDBOX_ORIGIN] : allowedOrigins,
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
  };
}
