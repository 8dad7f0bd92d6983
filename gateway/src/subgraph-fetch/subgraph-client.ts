import { errors, Pool } from 'undici';
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
}

/** A subgraph as seen over HTTP. */
export interface SubgraphClient {
  readonly name: string;
  /**
   * Sends one GraphQL request.
   * @param body the request as JSON text
   * @param headers beyond the content type
   * @param timeoutMs shorter than usual, for a probe
   * @throws SubgraphFailure and nothing else
   */
  send(body: string, headers?: Readonly<Record<string, string>>, timeoutMs?: number): Promise<ReceivedAnswer>;
  /** Closes all connections, also under a request: nobody waits for its answer once the edge has stopped. */
  stop(): Promise<void>;
}

/** An answer and how large it was on the wire. */
export interface ReceivedAnswer {
  answer: SubgraphAnswer;
  responseBytes: number;
}

/** What a proxy in front of a subgraph answers when the subgraph itself does not. */
const UNAVAILABLE_STATUSES = new Set([502, 503, 504]);

/** Opens keep-alive connection pools to a subgraph; nothing is sent yet. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const targets = options.urls.map((url) => ({
    path: url.pathname + url.search,
    pool: new Pool(url.origin, {
      connections: options.connectionLimit,
      maxResponseSize: options.responseLimitBytes,
      // One deadline over the whole request replaces them: they are reset by every byte that trickles in.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.timeoutMs },
    }),
  }));
  let turn = 0;

  return {
    name: options.name,
    async send(body, headers = {}, timeoutMs = options.timeoutMs) {
      const target = targets[turn++ % targets.length];
      if (!target) throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', options.name, new Error('it has no URL'));
      try {
        const response = await target.pool.request({
          method: 'POST',
          path: target.path,
          headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
          body,
          signal: AbortSignal.timeout(timeoutMs),
        });
        const bytes = await response.body.bytes();
        return { answer: readAnswer(bytes, response.statusCode, options.name), responseBytes: bytes.length };
      } catch (error) {
        throw error instanceof SubgraphFailure ? error : new SubgraphFailure(failureCode(error), options.name, error);
      }
    },
    async stop() {
      await Promise.all(targets.map(({ pool }) => pool.destroy()));
    },
  };
}

function readAnswer(bytes: Uint8Array, status: number, service: string): SubgraphAnswer {
  try {
    return readSubgraphAnswer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'), {
      status,
      service,
    });
  } catch (error) {
    const code = UNAVAILABLE_STATUSES.has(status) ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_INVALID_RESPONSE';
    throw new SubgraphFailure(code, service, error);
  }
}

function failureCode(error: unknown): SubgraphFailure['code'] {
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'SUBGRAPH_INVALID_RESPONSE';
  if (error instanceof errors.HTTPParserError) return 'SUBGRAPH_INVALID_RESPONSE';
  // AbortSignal.timeout() rejects with this DOMException, which is no class of undici's.
  const isDeadline = typeof error === 'object' && error !== null && 'name' in error && error.name === 'TimeoutError';
  return isDeadline || error instanceof errors.ConnectTimeoutError ? 'SUBGRAPH_TIMEOUT' : 'SUBGRAPH_UNAVAILABLE';
}
