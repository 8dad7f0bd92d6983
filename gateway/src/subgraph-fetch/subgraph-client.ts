import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { errors, Pool } from 'undici';
import { Deadlines } from './deadlines.ts';
import { type AbortState, DeadlineError, Exchange, type RawResponse } from './exchange.ts';
import { readSubgraphAnswer, type SubgraphAnswer } from './subgraph-answer.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

export interface SubgraphClientOptions {
  name: string;
  /** Requests are sent to them in turn. */
  urls: readonly URL[];
  /** From sending a request to the last byte of its answer. */
  timeoutMs: number;
  /** Per URL; further requests wait for a free one within their time-out. */
  connectionLimit: number;
  /** A longer answer is a failure, so that one subgraph cannot fill the gateway's memory. */
  responseLimitBytes: number;
  /** Shown where a URL is https; its authority is the one that counts there. */
  certificate?: ServiceCertificate | undefined;
}

/** How one request is sent. */
export interface SendOptions {
  /** Shorter than usual, for a probe. */
  timeoutMs?: number;
  /** Looked at every 50 ms: the request is cut off once it is aborted. */
  signal?: AbortState | undefined;
  /** Whether it changes nothing, so that it may go out again when a connection was closed under it. */
  isRepeatable?: boolean;
}

/** A request that is about to go out. */
export interface OutgoingRequest {
  /** The name of the one that it goes to. */
  subgraph: string;
  method: 'GET' | 'POST';
  /** Path and query string. */
  target: string;
  body: string;
}

/** Makes the headers of a request, names and values in turn. It is asked anew whenever a request goes out, also for the same again. */
export type HeadersOf = (request: OutgoingRequest) => readonly string[];

/** A subgraph as seen over HTTP. */
export interface SubgraphClient {
  readonly name: string;
  /**
   * Sends one GraphQL request.
   * @param body the request as JSON text
   * @param headersOf makes the headers beyond the content type
   * @throws SubgraphFailure and nothing else
   */
  send(body: string, headersOf?: HeadersOf, options?: SendOptions): Promise<ReceivedAnswer>;
  /** Closes all connections, also under a request: nobody waits for its answer once the edge has stopped. */
  stop(): Promise<void>;
}

/** An answer and how large it was on the wire. */
export interface ReceivedAnswer {
  answer: SubgraphAnswer;
  responseBytes: number;
  /** Its header of that name. */
  cacheControl?: string | undefined;
}

/** What a proxy in front of a subgraph answers when the subgraph itself does not. */
const UNAVAILABLE_STATUSES = new Set([502, 503, 504]);

/** What a connection that was closed comes up as. */
const CLOSED_CODES = new Set<unknown>(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const CONTENT_HEADERS = ['content-type', 'application/json', 'accept', 'application/json'];
const noHeaders: HeadersOf = () => [];
const NO_OPTIONS: SendOptions = {};

/** Opens keep-alive connection pools to a subgraph; nothing is sent yet. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name } = options;
  const targets = options.urls.map((url) => ({
    path: url.pathname + url.search,
    pool: new Pool(url.origin, {
      connections: options.connectionLimit,
      maxResponseSize: options.responseLimitBytes,
      // One deadline over the whole request replaces them: they are reset by every byte that trickles in.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.timeoutMs, ...options.certificate },
    }),
  }));
  const deadlines = new Deadlines();
  let turn = 0;

  /** @throws whatever keeps the request from going out */
  function dispatch(exchange: Exchange, headersOf: HeadersOf, body: string): void {
    const target = targets[turn++ % targets.length];
    if (!target) throw new Error('it has no URL');
    const headers = [...CONTENT_HEADERS, ...headersOf({ subgraph: name, method: 'POST', target: target.path, body })];
    // Only now: nobody would hear that time is up for a request that failed to go out.
    deadlines.add(exchange);
    target.pool.dispatch({ method: 'POST', path: target.path, headers, body }, exchange);
  }

  return {
    name,
    async send(body, headersOf = noHeaders, { timeoutMs = options.timeoutMs, signal, isRepeatable } = NO_OPTIONS) {
      const deadlineMs = performance.now() + timeoutMs;
      let mayRepeat = isRepeatable === true;
      for (;;) {
        const exchange = new Exchange(deadlines, deadlineMs, signal);
        try {
          dispatch(exchange, headersOf, body);
          const response = await exchange.response;
          const { body: received, cacheControl } = response;
          return { answer: readAnswer(response, name), responseBytes: received.length, cacheControl };
        } catch (error) {
          if (!mayRepeat || exchange.isAnswered || !isClosedConnection(error)) throw toFailure(error, name);
          // A server may close an idle connection at the moment when a request goes out on it. That is nobody's failure, and since
          // it can't be told from a server that fell over the request, it goes out once more only.
          mayRepeat = false;
        }
      }
    },
    async stop() {
      await Promise.all(targets.map(({ pool }) => pool.destroy()));
    },
  };
}

function readAnswer({ status, body }: RawResponse, service: string): SubgraphAnswer {
  try {
    return readSubgraphAnswer(body.toString('utf8'), { status, service });
  } catch (error) {
    const code = UNAVAILABLE_STATUSES.has(status) ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_INVALID_RESPONSE';
    throw new SubgraphFailure(code, service, error);
  }
}

function toFailure(error: unknown, service: string): SubgraphFailure {
  return error instanceof SubgraphFailure ? error : new SubgraphFailure(failureCode(error), service, error);
}

function failureCode(error: unknown): SubgraphFailure['code'] {
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'SUBGRAPH_INVALID_RESPONSE';
  if (error instanceof errors.HTTPParserError) return 'SUBGRAPH_INVALID_RESPONSE';
  const isLate = error instanceof DeadlineError || error instanceof errors.ConnectTimeoutError;
  return isLate ? 'SUBGRAPH_TIMEOUT' : 'SUBGRAPH_UNAVAILABLE';
}

function isClosedConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CLOSED_CODES.has(error.code);
}
