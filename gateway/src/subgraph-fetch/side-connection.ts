import type { ServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { Pool } from 'undici';
import { Deadlines } from './deadlines.ts';
import { Exchange } from './exchange.ts';

export interface SideConnectionOptions {
  /** Shown where the URL is https. */
  readonly certificate?: ServiceCertificate | undefined;
  /** For a whole request. */
  readonly timeoutMs: number;
  readonly responseLimitBytes: number;
}

export interface SideRequest {
  readonly method: 'GET' | 'POST';
  /** With the query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body?: string;
}

/**
 * One connection for what a gateway asks beside operations. Its answers are read as those of subgraphs are, in memory and by a
 * deadline for the whole of each.
 */
export class SideConnection {
  readonly #deadlines = new Deadlines();
  readonly #timeoutMs: number;
  readonly #pool: Pool;

  /** @param origin scheme, host and port */
  constructor(origin: string, { certificate, timeoutMs, responseLimitBytes }: SideConnectionOptions) {
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(origin, {
      connections: 1,
      maxResponseSize: responseLimitBytes,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMs, ...certificate },
    });
  }

  /**
   * The text that a request is answered with.
   * @throws Error when no whole answer comes in time, or another status than 200
   */
  async ask({ method, path, headers, body }: SideRequest): Promise<string> {
    const exchange = new Exchange(this.#deadlines, { deadlineMs: performance.now() + this.#timeoutMs });
    this.#deadlines.add(exchange);
    exchange.progress = 'dispatched';
    this.#pool.dispatch({ method, path, headers: [...headers], body: body ?? null }, exchange);
    const { status, body: bytes } = await exchange.response;
    if (status !== 200) throw new Error(`it answers with ${status}`);
    return bytes.toString();
  }

  async stop(): Promise<void> {
    await this.#pool.destroy();
  }
}
