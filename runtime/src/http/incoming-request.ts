import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { RequestTrace } from '../tracing/trace-span.ts';
import type { ClientSignal, HttpRequest, RequestHeaders } from './http-message.ts';
import { requestIdFrom } from './request-id.ts';

/** A request as handlers see it; what only few of them ask for is made when they do. */
export class IncomingRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: RequestHeaders;
  readonly requestId: string;
  readonly remoteAddress: string | undefined;
  readonly isCertified: boolean | undefined;
  /** Set once it has been read. */
  body: unknown = undefined;
  /** Both are set where requests are looked at before they are parsed. */
  bytes: Buffer | undefined = undefined;
  source: string | undefined = undefined;
  /** Set where requests are traced. */
  trace: RequestTrace | undefined = undefined;
  readonly signal: ClientSignal;

  constructor(message: IncomingMessage, target: ServerResponse) {
    const { method = 'GET', url = '/', headers, socket } = message;
    const query = url.indexOf('?');
    this.method = method;
    this.path = query === -1 ? url : url.slice(0, query);
    this.search = query === -1 ? '' : url.slice(query);
    this.headers = new IncomingHeaders(headers);
    this.requestId = requestIdFrom(this.headers.get('x-request-id'));
    this.remoteAddress = socket.remoteAddress;
    this.isCertified = socket instanceof TLSSocket ? socket.authorized : undefined;
    this.signal = new ResponseSignal(target);
  }
}

class ResponseSignal implements ClientSignal {
  readonly #response: ServerResponse;
  #signal: AbortSignal | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get aborted(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  toAbortSignal(): AbortSignal {
    this.#signal ??= this.#follow();
    return this.#signal;
  }

  #follow(): AbortSignal {
    const aborter = new AbortController();
    const onClose = () => {
      if (this.aborted) aborter.abort();
    };
    if (this.#response.destroyed) onClose();
    else this.#response.once('close', onClose);
    return aborter.signal;
  }
}

/** What Node has parsed, without a copy of it. */
class IncomingHeaders implements RequestHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  get(name: string): string | undefined {
    const key = name.toLowerCase();
    return Object.hasOwn(this.#headers, key) ? textOf(this.#headers[key]) : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *[Symbol.iterator](): Iterator<[string, string]> {
    for (const [name, value] of Object.entries(this.#headers)) {
      const text = textOf(value);
      if (text !== undefined) yield [name, text];
    }
  }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
