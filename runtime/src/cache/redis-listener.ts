import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Subscription } from './coordination.ts';
import { createRedisClient, disconnect, type RedisClient } from './redis-connection.ts';

export interface RedisListenerOptions {
  /** Servers that say the same: one, or the nodes of a cluster, which pass messages on to each other. */
  readonly urls: readonly string[];
  readonly onError: (error: Error) => void;
}

const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 1_000;

/**
 * Hears the messages of a channel for ever, from one server at a time; when that is lost, from the next. Resolves when it hears,
 * or when the first server could not be reached.
 * @param heard.onConnected called whenever it begins to hear: what was said before was missed
 */
export async function listenToRedis(
  { urls, onError }: RedisListenerOptions,
  channel: string,
  heard: { onMessage(message: string): void; onConnected(): void },
): Promise<Subscription> {
  const ending = new AbortController();
  const firstAttempt = Promise.withResolvers<void>();
  let client: RedisClient | undefined;

  /** Listens until the connection is lost. */
  async function listenTo(url: string): Promise<void> {
    const listener = createRedisClient({ url, onError, reconnects: false });
    client = listener;
    const lost = once(listener, 'end', { signal: ending.signal });
    lost.catch(() => undefined);
    try {
      await listener.connect();
      await listener.subscribe(channel, heard.onMessage);
      heard.onConnected();
      firstAttempt.resolve();
      await lost;
    } finally {
      disconnect(listener);
    }
  }

  async function listen(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    for (let attempt = 0; !ending.signal.aborted; attempt++) {
      const heardBefore = performance.now();
      await listenTo(urls[attempt % urls.length] ?? '').catch(() => undefined);
      firstAttempt.resolve();
      const wasUp = performance.now() - heardBefore > SLOWEST_RETRY_MS;
      retryMs = wasUp ? FIRST_RETRY_MS : Math.min(2 * retryMs, SLOWEST_RETRY_MS);
      await delay(retryMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  const listening = listen();
  await firstAttempt.promise;
  return {
    close: async () => {
      ending.abort();
      if (client) disconnect(client);
      await listening;
    },
  };
}
