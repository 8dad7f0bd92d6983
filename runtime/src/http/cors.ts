import type { IncomingHttpHeaders } from 'node:http';
import { CodedError } from '../errors/coded-error.ts';
import { StartError } from '../lifecycle/start-error.ts';
import type { HttpResponse } from './http-message.ts';

export interface CorsOptions {
  /** Exact origins (`https://shop.example`). */
  readonly allowedOrigins: readonly string[];
  /** Request headers beyond the simple ones. Default: what GraphQL clients send. */
  readonly allowedHeaders?: readonly string[];
  /** Response headers that scripts may read. Default: the request id. */
  readonly exposedHeaders?: readonly string[];
  /** Whether cookies and HTTP authentication may be sent along. Default false: the token travels in a header. */
  readonly isCredentialed?: boolean;
  /** How long a browser may remember a preflight. Default 600. */
  readonly maxAgeSeconds?: number;
}

type Headers = readonly (readonly [string, string])[];

/** What the CORS protocol has to say about a request. */
export interface Cors {
  /** Headers for the answer to any request; without the allowed origin's permission for all others. */
  headersFor(origin: string | undefined): Headers;
  /** Headers that the answer to a preflight has besides, or `undefined` when its origin is not allowed. */
  preflightHeadersFor(origin: string | undefined): Headers | undefined;
}

/**
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @throws StartError when an entry is not an origin: one that never matches would be found only in a browser
 */
export function createCors(options: CorsOptions): Cors {
  for (const origin of options.allowedOrigins) requireOrigin(origin);
  const allowedOrigins = new Set(options.allowedOrigins);
  const allowedHeaders = options.allowedHeaders ?? ['authorization', 'content-type', 'x-request-id'];
  const exposedHeaders = options.exposedHeaders ?? ['x-request-id'];
  const preflightHeaders: Headers = [
    ['access-control-allow-methods', 'GET, POST'],
    ['access-control-allow-headers', allowedHeaders.join(', ')],
    ['access-control-max-age', String(options.maxAgeSeconds ?? 600)],
  ];
  // The answer differs by origin, so a shared cache has to keep the variants apart even where the header is absent.
  const vary: Headers = [['vary', 'Origin']];

  function permission(origin: string | undefined): Headers | undefined {
    if (origin === undefined || !allowedOrigins.has(origin)) return undefined;
    const headers: Headers = [['access-control-allow-origin', origin]];
    return options.isCredentialed ? [...headers, ['access-control-allow-credentials', 'true']] : headers;
  }

  return {
    headersFor(origin) {
      const permitted = permission(origin);
      if (permitted === undefined) return vary;
      return [...vary, ...permitted, ['access-control-expose-headers', exposedHeaders.join(', ')]];
    },
    preflightHeadersFor(origin) {
      const permitted = permission(origin);
      return permitted === undefined ? undefined : [...permitted, ...preflightHeaders];
    },
  };
}

/** Whether a browser asks for permission here, rather than a client for options. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** @throws CodedError ORIGIN_NOT_ALLOWED */
export function preflightResponse(cors: Cors, origin: string | undefined): HttpResponse {
  const headers = cors.preflightHeadersFor(origin);
  if (headers === undefined) throw new CodedError('ORIGIN_NOT_ALLOWED', 'This origin is not allowed');
  return { status: 204, headers, body: '' };
}

function requireOrigin(text: string): void {
  if (URL.canParse(text) && new URL(text).origin === text) return;
  throw new StartError(`"${text}" is not an origin; one looks like https://shop.example, with no path`, {
    exitCode: 2,
  });
}
