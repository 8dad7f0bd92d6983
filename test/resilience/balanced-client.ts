import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** Sends requests to those of several gateways that say they are ready, as a load balancer does. It repeats none. */
export interface BalancedClient {
  /** @throws Error unless the answer is 200 */
  post(body: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

/** An answer of GraphQL. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const PROBE_INTERVAL_MS = 50;
const PROBE_TIMEOUT_MS = 1_000;

/** @param urls without a path */
export function createBalancedClient(urls: readonly string[]): BalancedClient {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<string>(urls);
  let isStopped = false;
  let turn = 0;

  async function watch(url: string): Promise<void> {
    while (!isStopped) {
      const isReady = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
        .then(async (response) => {
          await response.body?.cancel();
          return response.ok;
        })
        .catch(() => false);
      if (isReady) ready.add(url);
      else ready.delete(url);
      await delay(PROBE_INTERVAL_MS);
    }
  }
  const watching = Promise.all(urls.map(watch));

  return {
    async post(body, headers = {}) {
      const candidates = [...ready];
      const url = candidates[turn++ % candidates.length];
      if (url === undefined) {
        // Who asks again at once would leave the probes no moment to find one.
        await delay(PROBE_INTERVAL_MS);
        throw new Error('no gateway is ready');
      }
      const { status, text: received } = await send(agent, `${url}/graphql`, JSON.stringify(body), headers);
      if (status !== 200) throw new Error(`HTTP ${status}: ${received}`);
      return JSON.parse(received);
    },
    async stop() {
      isStopped = true;
      await watching;
      agent.destroy();
    },
  };
}

function send(agent: Agent, url: string, body: string, headers: Readonly<Record<string, string>>) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; text: string }>();
  const options = { agent, method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  httpRequest(url, options, (response) => {
    text(response).then((received) => resolve({ status: response.statusCode, text: received }), reject);
  })
    .on('error', reject)
    .end(body);
  return promise;
}
