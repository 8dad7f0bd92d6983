import { once } from 'node:events';
import type { Subscription } from './coordination.ts';
import { keepListening } from './keep-listening.ts';
import { createRedisClient, disconnect } from './redis-connection.ts';

export interface RedisListenerOptions {
  /** Servers that say the same: one, or the nodes of a cluster, which pass messages on to each other. */
  readonly urls: readonly string[];
  readonly onError: (error: Error) => void;
}

/**
 * Hears the messages of a channel for ever, from one server at a time; when that is lost, from the next. Resolves when it hears,
 * or when the first server could not be reached.
 * @param heard.onConnected called whenever it begins to hear: what was said before was missed
 */
export function listenToRedis(
  { urls, onError }: RedisListenerOptions,
  channel: string,
  heard: { onMessage(message: string): void; onConnected(): void },
): Promise<Subscription> {
  return keepListening(async ({ number, signal, onConnected }) => {
    const listener = createRedisClient({ url: urls[number % urls.length] ?? '', onError, reconnects: false });
    const lost = once(listener, 'end', { signal });
    lost.catch(() => disconnect(listener));
    try {
      await listener.connect();
      await listener.subscribe(channel, heard.onMessage);
      heard.onConnected();
      onConnected();
      await lost;
    } finally {
      disconnect(listener);
    }
  });
}
