import { postgresSchemes, redisSchemes, schemeOf } from './cache-url.ts';
import { systemClock } from './clock.ts';
import type { Coordination } from './coordination.ts';
import { createMemoryCoordination } from './memory-coordination.ts';
import { createMemoryValueStore } from './memory-value-store.ts';
import { openNotifiedCoordination } from './notified-coordination.ts';
import { type OpenRedis, openRedis } from './open-redis.ts';
import { createRedisCoordination } from './redis-coordination.ts';
import { createRedisValueStore } from './redis-value-store.ts';
import type { ValueStore } from './value-store.ts';

export interface StoreOptions {
  /** Where values are: see `cacheVariables` for the kinds. Undefined keeps them in this process. */
  readonly url: string | undefined;
  /** Where processes agree; undefined takes `url` where that can, else `fallbackCoordinationUrl`. */
  readonly coordinationUrl?: string | undefined;
  readonly fallbackCoordinationUrl?: string | undefined;
  /** Before every key in the stores: caches with the same prefix share tags. Default `tributary:`. */
  readonly prefix?: string;
  /** Whose keys they are: caches of several names share tags, and no keys. Default none. */
  readonly name?: string;
  /** How long one filler may take until another may fill the same key. Default 10,000. */
  readonly leaseMs?: number;
  /** What the embedded store may take, where there is no URL. Default 64 MiB. */
  readonly embeddedLimitBytes?: number;
  /** Told once what is missing, and of every failure to connect. */
  readonly onNotice: (notice: string, error?: Error) => void;
}

/** Where values are, where processes agree, and the connections of both. */
export interface Stores {
  readonly values: ValueStore;
  readonly coordination: Coordination;
  /** Closes the connections; neither can be used after that. */
  close(): Promise<void>;
}

const DEFAULT_PREFIX = 'tributary:';
const DEFAULT_LEASE_MS = 10_000;
const DEFAULT_EMBEDDED_LIMIT_BYTES = 64 * 1024 * 1024;
const EMBEDDED_NOTICE = 'no cache URL is set: this process caches for itself';
const DEAF_NOTICE =
  'no place to coordinate is set: this process caches for itself, and hears of no invalidation by another';

/**
 * Opens the stores of a cache. It resolves whether or not they can be reached.
 * @throws TypeError for a URL of a kind that there is no store for
 */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { url } = options;
  const isRedis = url !== undefined && redisSchemes.includes(schemeOf(url));
  const coordinationUrl = options.coordinationUrl ?? (isRedis ? url : options.fallbackCoordinationUrl);
  if (coordinationUrl === undefined) return openAlone(options);
  if (postgresSchemes.includes(schemeOf(coordinationUrl))) return openEmbedded(options, coordinationUrl);
  return openOnRedis(options, coordinationUrl);
}

function openAlone(options: StoreOptions): Stores {
  const { leaseMs = DEFAULT_LEASE_MS } = options;
  options.onNotice(DEAF_NOTICE);
  return { ...openMemory(options), coordination: createMemoryCoordination({ leaseMs }), close: async () => undefined };
}

function openMemory({ embeddedLimitBytes: limitBytes = DEFAULT_EMBEDDED_LIMIT_BYTES }: StoreOptions) {
  return { values: createMemoryValueStore({ limitBytes }) };
}

async function openEmbedded(options: StoreOptions, url: string): Promise<Stores> {
  const { prefix = DEFAULT_PREFIX, leaseMs = DEFAULT_LEASE_MS, onNotice } = options;
  onNotice(EMBEDDED_NOTICE);
  const coordination = await openNotifiedCoordination({
    local: createMemoryCoordination({ leaseMs }),
    clock: systemClock,
    url,
    channel: `${prefix}invalidated`,
    onError: (error) => onNotice('the connection of the cache to Postgres failed', error),
  });
  return { ...openMemory(options), coordination, close: () => coordination.close() };
}

async function openOnRedis(options: StoreOptions, url: string): Promise<Stores> {
  if (!redisSchemes.includes(schemeOf(url))) throw new TypeError('there is no such store of a cache');
  const { prefix = DEFAULT_PREFIX, name = '', leaseMs = DEFAULT_LEASE_MS, onNotice } = options;
  const redis: OpenRedis = await openRedis(url, (error) => onNotice('the connection to the cache failed', error));
  const leasePrefix = name === '' ? prefix : `${prefix}${name}:`;
  return {
    values: createRedisValueStore({ commands: redis.commands, prefix: leasePrefix }),
    coordination: createRedisCoordination({
      commands: redis.commands,
      buckets: redis.bucketsOf(prefix),
      listener: redis.listener,
      prefix,
      leasePrefix,
      leaseMs,
    }),
    close: async () => redis.close(),
  };
}
