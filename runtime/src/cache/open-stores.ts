import { redisSchemes, schemeOf } from './cache-url.ts';
import { systemClock } from './clock.ts';
import { type Coordination, REPLICA_LAG_LIMIT_MS } from './coordination.ts';
import { openMemcachedValueStore } from './memcached-value-store.ts';
import { createMemoryCoordination } from './memory-coordination.ts';
import { createMemoryValueStore } from './memory-value-store.ts';
import { openNotifiedCoordination } from './notified-coordination.ts';
import { openRedis } from './open-redis.ts';
import { createPostgresCoordination } from './postgres-coordination.ts';
import type { PrimaryUrl } from './primary-pool.ts';
import type { RedisCommands } from './redis-commands.ts';
import { createRedisCoordination } from './redis-coordination.ts';
import { createRedisValueStore } from './redis-value-store.ts';
import type { ValueStore } from './value-store.ts';

export interface StoreOptions {
  /** Where values are: see `cacheVariables` for the kinds. Undefined keeps them in this process. */
  readonly url: string | undefined;
  /** Where processes agree; undefined takes `url` where that can, else `fallbackCoordinationUrl`, a primary of Postgres. */
  readonly coordinationUrl?: string | undefined;
  readonly fallbackCoordinationUrl?: PrimaryUrl | undefined;
  /** Before every key in the stores: caches with the same prefix share tags. Default {@link DEFAULT_PREFIX}. */
  readonly prefix?: string;
  /** Whose keys they are: caches of several names share tags, and no keys. Default none. */
  readonly name?: string;
  /** How long one filler may take until another may fill the same key. Default 10,000. */
  readonly leaseMs?: number;
  /** Replicas that lag further behind are not read. Default {@link REPLICA_LAG_LIMIT_MS}. */
  readonly replicaLagLimitMs?: number;
  /** What the embedded store may take, where there is no URL. Default 64 MiB. */
  readonly embeddedLimitBytes?: number;
  /** Told once what is missing, and of every failure to connect. */
  readonly onNotice: (notice: string, error?: Error) => void;
}

/** Where values are, where processes agree, and the connections of both. */
export interface Stores {
  readonly values: ValueStore;
  readonly coordination: Coordination;
  /** Whether they are on one server, which is away for both. */
  readonly isOneServer?: boolean;
  /** Where values are in Redis: it takes other commands, too, until the stores are closed. */
  readonly redis?: RedisCommands | undefined;
  /** Closes the connections; neither can be used after that. */
  close(): Promise<void>;
}

/** Before every key of all caches. */
export const DEFAULT_PREFIX = 'tributary:';

const CONNECTION_NOTICE = 'a connection of the cache failed';
const DEFAULT_LEASE_MS = 10_000;
const DEFAULT_EMBEDDED_LIMIT_BYTES = 64 * 1024 * 1024;
const EMBEDDED_NOTICE = 'no cache URL is set: this process caches for itself';
const ALONE_NOTICE =
  'no place to coordinate is set: this process caches for itself, and hears of no invalidation by another';

/**
 * Opens the stores of a cache. It resolves whether or not they can be reached.
 */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { url } = options;
  const coordinationUrl = options.coordinationUrl ?? (isOf(redisSchemes, url) ? url : options.fallbackCoordinationUrl);
  if (coordinationUrl === undefined) return openAlone(options);
  if (url === undefined) options.onNotice(EMBEDDED_NOTICE);
  return typeof coordinationUrl === 'string' && isOf(redisSchemes, coordinationUrl)
    ? openWithRedis(options, coordinationUrl)
    : openWithPostgres(options, coordinationUrl);
}

function openAlone(options: StoreOptions): Stores {
  const { leaseMs = DEFAULT_LEASE_MS } = options;
  options.onNotice(ALONE_NOTICE);
  return {
    values: openMemory(options),
    coordination: createMemoryCoordination({ leaseMs }),
    close: async () => undefined,
  };
}

async function openWithRedis(options: StoreOptions, coordinationUrl: string): Promise<Stores> {
  const { prefix, keyPrefix, ...limits } = namesAndLimitsOf(options);
  const redis = await openRedis(coordinationUrl, (error) => options.onNotice(CONNECTION_NOTICE, error));
  const { commands, listener } = redis;
  const isShared = options.url === coordinationUrl;
  const { values, redis: redisOfValues } = isShared
    ? { values: createRedisValueStore({ commands, prefix: keyPrefix }), redis: commands }
    : await openValues(options);
  const buckets = redis.bucketsOf(prefix);
  return {
    values,
    isOneServer: isShared,
    redis: redisOfValues,
    coordination: createRedisCoordination({ commands, buckets, listener, prefix, leasePrefix: keyPrefix, ...limits }),
    close: async () => {
      await values.close();
      redis.close();
    },
  };
}

/** Where values are this process's own, so are their versions, and notifications suffice. */
async function openWithPostgres(options: StoreOptions, url: PrimaryUrl): Promise<Stores> {
  const { prefix, keyPrefix, leaseMs, replicaLagLimitMs } = namesAndLimitsOf(options);
  const onError = (error: Error): void => options.onNotice(CONNECTION_NOTICE, error);
  const { values, redis } = await openValues(options);
  // Each kind says what only its own can read.
  const coordination =
    options.url === undefined
      ? await openNotifiedCoordination({
          local: createMemoryCoordination({ leaseMs }),
          clock: systemClock,
          url,
          channel: `${prefix}notified`,
          replicaLagLimitMs,
          onError,
        })
      : createPostgresCoordination({
          url,
          channel: `${prefix}invalidated`,
          leasePrefix: keyPrefix,
          leaseMs,
          replicaLagLimitMs,
          onError,
        });
  return {
    values,
    redis,
    coordination,
    close: async () => {
      await values.close();
      await coordination.close();
    },
  };
}

async function openValues(options: StoreOptions): Promise<Pick<Stores, 'values' | 'redis'>> {
  const { url, onNotice } = options;
  if (url === undefined) return { values: openMemory(options) };
  const { keyPrefix } = namesAndLimitsOf(options);
  const onError = (error: Error): void => onNotice(CONNECTION_NOTICE, error);
  if (schemeOf(url) === 'memcached')
    return { values: await openMemcachedValueStore({ url, prefix: keyPrefix, onError }) };
  const { commands, close } = await openRedis(url, onError);
  const values = createRedisValueStore({ commands, prefix: keyPrefix });
  return { values: { ...values, close: async () => close() }, redis: commands };
}

function openMemory({ embeddedLimitBytes: limitBytes = DEFAULT_EMBEDDED_LIMIT_BYTES }: StoreOptions): ValueStore {
  return createMemoryValueStore({ limitBytes });
}

function namesAndLimitsOf(options: StoreOptions) {
  const { prefix = DEFAULT_PREFIX, name = '', leaseMs = DEFAULT_LEASE_MS } = options;
  const { replicaLagLimitMs = REPLICA_LAG_LIMIT_MS } = options;
  return { prefix, keyPrefix: name === '' ? prefix : `${prefix}${name}:`, leaseMs, replicaLagLimitMs };
}

function isOf(schemes: readonly string[], url: string | undefined): boolean {
  return url !== undefined && schemes.includes(schemeOf(url));
}
