import { connectInBackground, createRedisClient, disconnect } from '../cache/redis-connection.ts';
import type { CounterLimits, CounterStore } from './counter-store.ts';
import { createMemoryCounterStore } from './memory-counter-store.ts';
import { createRedisCounterStore } from './redis-counter-store.ts';

export interface OpenCounterStoreOptions extends CounterLimits {
  /** The cache's. `redis://`, `rediss://`, `valkey://` or `valkeys://` is used; any other, or none, means this process's memory. */
  readonly url: string | undefined;
  /** Before every key. Default `tributary:`. */
  readonly prefix?: string;
  /** Told once where a crash of this process loses counts, and of every failure to connect. */
  readonly onNotice: (notice: string, error?: Error) => void;
}

const EMBEDDED_NOTICE =
  'no Redis is set: counters gather in this process, and a crash loses what came since the last flush';

/**
 * Opens the store of counters that gathers where the cache is, if that is a Redis or Valkey server. It resolves whether or not
 * the server can be reached. Closing the store closes its connection.
 */
export async function openCounterStore(options: OpenCounterStoreOptions): Promise<CounterStore> {
  const { prefix = 'tributary:', onNotice } = options;
  const url = redisUrlOf(options.url);
  if (url === undefined) {
    onNotice(EMBEDDED_NOTICE);
    return createMemoryCounterStore(options);
  }
  const client = createRedisClient({
    url,
    onError: (error) => onNotice('the connection of the counters failed', error),
  });
  await connectInBackground(client);
  return { ...createRedisCounterStore({ ...options, client, prefix }), close: async () => disconnect(client) };
}

function redisUrlOf(url: string | undefined): string | undefined {
  // Valkey speaks the same protocol; its scheme is unknown to the client.
  return url !== undefined && /^(redis|valkey)s?:/.test(url) ? url.replace(/^valkey/, 'redis') : undefined;
}
