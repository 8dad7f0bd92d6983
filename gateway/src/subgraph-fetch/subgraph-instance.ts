import { timeoutHeader } from '@tributary/runtime/request/request-deadline';
import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { Pool } from 'undici';
import type { Deadlines } from './deadlines.ts';
import { Exchange, type RawResponse } from './exchange.ts';
import { InstanceHealth, type InstanceHealthOptions } from './instance-health.ts';
import type { HeadersOf } from './subgraph-client.ts';

export interface SubgraphInstanceOptions {
  /** The name of its subgraph. */
  readonly subgraph: string;
  readonly url: URL;
  readonly connectionLimit: number;
  /** How many more requests wait for a free connection. */
  readonly waitingLimit: number;
  readonly responseLimitBytes: number;
  readonly connectTimeoutMs: number;
  readonly certificate?: ServiceCertificate | undefined;
  readonly deadlines: Deadlines;
  /** Makes the headers of probes. */
  readonly probeHeaders: HeadersOf;
  /** As in `InstanceHealthOptions`. */
  readonly onChange: InstanceHealthOptions['onChange'];
}

/** A request on its way to an instance. */
export interface OutgoingBody {
  readonly headersOf: HeadersOf;
  readonly body: string;
  /** What is left of its time. */
  readonly leftMs: number;
}

/** What is asked to learn whether somebody answers at all. */
export const PROBE_BODY = JSON.stringify({ query: '{ __typename }' });

const PROBE_TIMEOUT_MS = 1_000;
const CONTENT_HEADERS = ['content-type', 'application/json', 'accept', 'application/json'];

/** How long an instance that has closed a connection after an answer gets no requests that others can have: it is about to stop. */
const DRAINING_MS = 1_000;

/** One process of a subgraph: its connections, what they are busy with, and whether it is well. */
export class SubgraphInstance {
  readonly health: InstanceHealth;
  /** How many requests it has not answered yet. */
  outstanding = 0;
  readonly #options: SubgraphInstanceOptions;
  readonly #path: string;
  readonly #pool: Pool;
  /** Since when, as `performance.now()` has it, it keeps those waiting that it has. */
  #quietSinceMs = 0;
  #drainsUntilMs = 0;

  constructor(options: SubgraphInstanceOptions) {
    const { url } = options;
    this.#options = options;
    this.#path = url.pathname + url.search;
    this.#pool = new Pool(url.origin, {
      connections: options.connectionLimit,
      maxResponseSize: options.responseLimitBytes,
      // One deadline over the whole request replaces them: they are reset by every byte that trickles in.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.connectTimeoutMs, ...options.certificate },
    });
    this.health = new InstanceHealth({ probe: () => this.#probe(), onChange: options.onChange });
  }

  /** Whether no more requests may wait for one of its connections. */
  get isFull(): boolean {
    const { connectionLimit, waitingLimit } = this.#options;
    // To ask the pool costs something, and it has no queue before its connections are busy.
    return this.outstanding >= connectionLimit && this.#pool.stats.queued >= waitingLimit;
  }

  isDraining(nowMs: number): boolean {
    return nowMs < this.#drainsUntilMs;
  }

  /** How long it has kept what it has to do waiting without answering anything. */
  quietForMs(nowMs: number): number {
    return this.outstanding === 0 ? 0 : nowMs - this.#quietSinceMs;
  }

  /**
   * Sends a request, whose response is the exchange's; `ended` has to be told of its end.
   * @throws whatever keeps it from going out
   */
  send(exchange: Exchange, request: OutgoingBody, nowMs: number): void {
    if (this.outstanding === 0) this.#quietSinceMs = nowMs;
    this.outstanding += 1;
    this.#dispatch(exchange, request);
  }

  /** @param response absent where there was none */
  ended(response?: RawResponse): void {
    this.outstanding -= 1;
    if (!response) return;
    this.#quietSinceMs = performance.now();
    if (response.isLastOnConnection) this.#drainsUntilMs = this.#quietSinceMs + DRAINING_MS;
  }

  async stop(): Promise<void> {
    this.health.stop();
    await this.#pool.destroy();
  }

  #dispatch(exchange: Exchange, { headersOf, body, leftMs }: OutgoingBody): void {
    const { subgraph, deadlines } = this.#options;
    const path = this.#path;
    const own = headersOf({ subgraph, method: 'POST', target: path, body });
    const headers = [...CONTENT_HEADERS, timeoutHeader, String(Math.trunc(leftMs) || 1), ...own];
    // Only now: nobody would hear that time is up for a request that failed to go out.
    deadlines.add(exchange);
    exchange.progress = 'dispatched';
    this.#pool.dispatch({ method: 'POST', path, headers, body }, exchange);
  }

  async #probe(): Promise<void> {
    const { deadlines, probeHeaders } = this.#options;
    const exchange = new Exchange(deadlines, { deadlineMs: performance.now() + PROBE_TIMEOUT_MS });
    this.#dispatch(exchange, { headersOf: probeHeaders, body: PROBE_BODY, leftMs: PROBE_TIMEOUT_MS });
    const { status } = await exchange.response;
    this.#quietSinceMs = performance.now();
    if (status >= 500) throw new Error(`a probe was answered with HTTP ${status}`);
  }
}
