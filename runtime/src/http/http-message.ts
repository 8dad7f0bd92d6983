import type { RequestTrace } from '../tracing/trace-span.ts';

/** The headers of a request; their names are compared without regard to case. */
export interface RequestHeaders extends Iterable<[name: string, value: string]> {
  get(name: string): string | undefined;
  has(name: string): boolean;
}

/** Tells when the client goes away before it has the whole answer. */
export interface ClientSignal extends Pick<AbortSignal, 'aborted'> {
  /** For who has to be told; to look at `aborted` now and then costs less. */
  toAbortSignal(): AbortSignal;
}

/** A request whose body has been read and parsed. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** The query string with its leading `?`, or empty. */
  readonly search: string;
  readonly headers: RequestHeaders;
  /** The parsed JSON object of a POST, else `undefined`. */
  readonly body: unknown;
  /**
   * All that it asks as it came, a character a byte: the body of a POST, the query string of a GET. `undefined` where nobody looks
   * at it, or when it is long.
   */
  readonly source?: string | undefined;
  readonly requestId: string;
  /** Of whoever opened the connection, which may be a proxy; `undefined` when it is gone already. */
  readonly remoteAddress?: string | undefined;
  /** Whether whoever opened the connection has shown a certificate that our authority signed; `undefined` without TLS. */
  readonly isCertified?: boolean | undefined;
  readonly signal: ClientSignal;
  /** The trace that it is part of; absent where nothing is traced. */
  readonly trace?: RequestTrace | undefined;
}

/** What a handler answers. The server adds content-length, the request id and the security headers. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly body: string | Buffer | AsyncIterable<string>;
  /** Ends the connection at once, whatever of a body in pieces was not taken by then. */
  readonly cut?: AbortSignal;
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
