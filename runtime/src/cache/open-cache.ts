import type { Cache } from './cache.ts';
import { type CacheOptions, createCache } from './create-cache.ts';
import { createMemoryCoordination } from './memory-coordination.ts';
import { createMemoryValueStore } from './memory-value-store.ts';
import { connectInBackground, createRedisClient, disconnect } from './redis-connection.ts';
import { createRedisCoordination } from './redis-coordination.ts';
import { createRedisValueStore } from './redis-value-store.ts';

export interface OpenCacheOptions extends Omit<CacheOptions, 'values' | 'coordination'> {
  /** `redis://`, `rediss://`, `valkey://` or `valkeys://`; undefined keeps everything in this process. */
  readonly url: string | undefined;
  /** Before every key in the store. Change it when the shape of what is cached changes. Default `tributary:`. */
  readonly prefix?: string;
  /** How long one filler may take until another may fill the same key. Default 10,000. */
  readonly leaseMs?: number;
  /** What the embedded store may take, where there is no URL. Default 64 MiB. */
  readonly embeddedLimitBytes?: number;
  /** Told once that there is no URL, and of every failure to connect. */
  readonly onNotice: (notice: string, error?: Error) => void;
}

const DEFAULT_LEASE_MS = 10_000;
const DEFAULT_EMBEDDED_LIMIT_BYTES = 64 * 1024 * 1024;
const EMBEDDED_NOTICE = 'no cache URL is set: this process caches for itself, and hears of no invalidation by another';

/**
 * Opens a cache on the store of a URL. It resolves whether or not the store can be reached; until it can, every look-up fills.
 * Closing the cache closes its connections.
 * @throws TypeError for a URL of another kind
 */
export async function openCache(options: OpenCacheOptions): Promise<Cache> {
  return options.url === undefined ? openEmbedded(options) : openOnRedis(options, redisUrl(options.url));
}

function openEmbedded(options: OpenCacheOptions): Cache {
  const { leaseMs = DEFAULT_LEASE_MS, embeddedLimitBytes: limitBytes = DEFAULT_EMBEDDED_LIMIT_BYTES } = options;
  options.onNotice(EMBEDDED_NOTICE);
  const values = createMemoryValueStore({ limitBytes });
  return createCache({ ...options, values, coordination: createMemoryCoordination({ leaseMs }) });
}

async function openOnRedis(options: OpenCacheOptions, url: string): Promise<Cache> {
  const { prefix = 'tributary:', leaseMs = DEFAULT_LEASE_MS, onNotice } = options;
  const connection = { url, onError: (error: Error) => onNotice('the connection to the cache failed', error) };
  const client = createRedisClient(connection);
  await connectInBackground(client);
  const values = createRedisValueStore({ client, prefix });
  const coordination = createRedisCoordination({ client, listener: connection, prefix, leaseMs });
  const cache = createCache({ ...options, values, coordination });
  await cache.ready();
  return {
    getOrFill: (key, fill, rules) => cache.getOrFill(key, fill, rules),
    getManyOrFill: (keys, fillMissing, rules) => cache.getManyOrFill(keys, fillMissing, rules),
    invalidate: (request) => cache.invalidate(request),
    close: async () => {
      await cache.close();
      disconnect(client);
    },
  };
}

function redisUrl(text: string): string {
  const scheme = URL.parse(text)?.protocol;
  if (scheme === 'redis:' || scheme === 'rediss:') return text;
  // Valkey speaks the same protocol; its scheme is unknown to the client.
  if (scheme === 'valkey:' || scheme === 'valkeys:') return text.replace(/^valkey/, 'redis');
  throw new TypeError('the URL of the cache has to begin with redis://, rediss://, valkey:// or valkeys://');
}
