import type { Cache } from './cache.ts';
import { CacheCounter } from './cache-counts.ts';
import { type CacheOptions, createCache } from './create-cache.ts';
import { DEFAULT_PREFIX, openStores, type StoreOptions } from './open-stores.ts';
import { reportCounts } from './service-counts.ts';

export interface OpenCacheOptions extends Omit<CacheOptions, 'values' | 'coordination' | 'isOneServer'>, StoreOptions {}

/**
 * Opens a cache on the stores that URLs name. It resolves whether or not they can be reached; until they can, every look-up
 * fills. Closing the cache closes its connections. Where values are in Redis, a cache that has a name adds there what it counts.
 */
export async function openCache(options: OpenCacheOptions): Promise<Cache> {
  const { name, prefix = DEFAULT_PREFIX } = options;
  const { values, redis: commands, coordination, isOneServer = false, close } = await openStores(options);
  const counter = new CacheCounter(options.observer);
  const cache = createCache({ ...options, values, coordination, isOneServer, observer: counter.observer });
  const reporting = commands && name && reportCounts({ counter, commands, prefix, service: name });
  await cache.ready();
  return {
    getOrFill: (key, fill, rules) => cache.getOrFill(key, fill, rules),
    getManyOrFill: (keys, fillMissing, rules) => cache.getManyOrFill(keys, fillMissing, rules),
    getKept: (key, rules) => cache.getKept(key, rules),
    peek: (key, isValue) => cache.peek(key, isValue),
    catchUp: () => cache.catchUp(),
    invalidate: (request) => cache.invalidate(request),
    beginWrite: () => cache.beginWrite(),
    write: (ticket, values, request) => cache.write(ticket, values, request),
    close: async () => {
      await cache.close();
      if (reporting) await reporting.stop();
      await close();
    },
  };
}
