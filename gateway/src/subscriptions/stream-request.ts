import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { ClientSignal, HttpRequest, RequestHeaders } from '@tributary/runtime/http/http-message';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { GatewayContext } from '../gateway-context.ts';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import { streamToken } from './stream-cookie.ts';

/** A subscription that has passed validation and every limit. */
export interface AskedSubscription {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<JsonObject>;
  readonly context: GatewayContext;
  /** Tells when the client goes away. */
  readonly signal: ClientSignal;
}

const EVENT_STREAM = 'text/event-stream';

/** Whether a request wants its answer as server-sent events. */
export function asksForStream({ headers }: HttpRequest): boolean {
  return headers.get('accept')?.includes(EVENT_STREAM) === true;
}

/**
 * A request whose answer goes out as server-sent events, in the form in which all others come: a POST that accepts JSON, with the
 * token in `Authorization`. So it passes the same doors as they do.
 */
export class StreamRequest implements HttpRequest {
  readonly method = 'POST';
  readonly path: string;
  readonly search = '';
  readonly headers: RequestHeaders;
  readonly body: unknown;
  readonly requestId: string;
  readonly remoteAddress: string | undefined;
  readonly isCertified: boolean | undefined;
  readonly signal: ClientSignal;
  /** A GET must not change anything. */
  readonly mayMutate: boolean;
  /** Set once it is known to be a subscription that may be served. */
  asked: AskedSubscription | undefined;

  /** @throws CodedError BAD_REQUEST for a list of operations, and for what is no JSON in a URL */
  constructor(request: HttpRequest) {
    this.path = request.path;
    this.requestId = request.requestId;
    this.remoteAddress = request.remoteAddress;
    this.isCertified = request.isCertified;
    this.signal = request.signal;
    this.mayMutate = request.method !== 'GET';
    this.body = this.mayMutate ? request.body : bodyOf(request.search);
    if (Array.isArray(this.body)) throw new CodedError('BAD_REQUEST', 'A stream answers one operation');
    this.headers = withHeaders(request.headers, [
      ['accept', 'application/json'],
      ['accept-encoding', undefined],
      ['content-type', 'application/json'],
      ['authorization', authorizationOf(request)],
    ]);
  }
}

/** A cookie speaks for somebody only where nothing can be changed by it. */
function authorizationOf({ method, headers }: HttpRequest): string | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== undefined || method !== 'GET') return authorization;
  const token = streamToken(headers.get('cookie'));
  return token === undefined ? undefined : `Bearer ${token}`;
}

function bodyOf(search: string): JsonObject {
  const body: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    body[name] = name === 'variables' || name === 'extensions' ? parsedObject(name, value) : value;
  }
  return body;
}

function parsedObject(name: string, text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // It is refused like any other value that is none.
  }
  throw new CodedError('BAD_REQUEST', `The parameter ${name} is no JSON object`);
}

/** @param changed headers with their values instead, in lower case; `undefined` for those that are left out */
function withHeaders(headers: RequestHeaders, changed: [name: string, value: string | undefined][]): RequestHeaders {
  const others = new Map<string, string | undefined>(changed);
  const get = (name: string) => {
    const key = name.toLowerCase();
    return others.has(key) ? others.get(key) : headers.get(key);
  };
  return {
    get,
    has: (name) => get(name) !== undefined,
    *[Symbol.iterator]() {
      for (const header of headers) if (!others.has(header[0].toLowerCase())) yield header;
      for (const [name, value] of others) if (value !== undefined) yield [name, value];
    },
  };
}
