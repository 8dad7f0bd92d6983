import { redisSchemes, schemeOf } from '../cache/cache-url.ts';
import { openRedis } from '../cache/open-redis.ts';
import type { CounterLimits, CounterStore } from './counter-store.ts';
import { createMemoryCounterStore } from './memory-counter-store.ts';
import { createRedisCounterStore } from './redis-counter-store.ts';

export interface OpenCounterStoreOptions extends CounterLimits {
  /** The cache's. One of Redis or Valkey is used; any other, or none, means this process's memory. */
  readonly url: string | undefined;
  /** Before every key. Default `tributary:`. */
  readonly prefix?: string;
  /** How long a call of Redis that gathers may take. Default 150. */
  readonly budgetMs?: number;
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
  if (options.url === undefined || !redisSchemes.includes(schemeOf(options.url))) {
    onNotice(EMBEDDED_NOTICE);
    return createMemoryCounterStore(options);
  }
  const redis = await openRedis(options.url, (error) => onNotice('the connection of the counters failed', error));
  const store = createRedisCounterStore({ ...options, commands: redis.commands, prefix });
  return { ...store, close: async () => redis.close() };
}
