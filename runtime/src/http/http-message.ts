import type { HeaderMap } from '@apollo/server';

/** A request whose body has been read and parsed. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** The query string with its leading `?`, or empty. */
  readonly search: string;
  readonly headers: HeaderMap;
  /** The parsed JSON object of a POST, else `undefined`. */
  readonly body: unknown;
  readonly requestId: string;
  /** Of whoever opened the connection, which may be a proxy; `undefined` when it is gone already. */
  readonly remoteAddress?: string | undefined;
  /** Aborted when the client goes away before it has the whole answer. */
  readonly signal: AbortSignal;
}

/** What a handler answers. The server adds content-length, the request id and the security headers. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly body: string | Buffer | AsyncIterable<string>;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse> | HttpResponse;

/** A JSON answer. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Iterable<readonly [string, string]> = [],
): HttpResponse {
  return {
    status,
    headers: [['content-type', 'application/json; charset=utf-8'], ...headers],
    body: `${JSON.stringify(value)}\n`,
  };
}
