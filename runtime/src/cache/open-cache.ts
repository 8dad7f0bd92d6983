import type { Cache } from './cache.ts';
import { type CacheOptions, createCache } from './create-cache.ts';
import { openStores, type StoreOptions } from './open-stores.ts';

export interface OpenCacheOptions extends Omit<CacheOptions, 'values' | 'coordination'>, StoreOptions {}

/**
 * Opens a cache on the stores that URLs name. It resolves whether or not they can be reached; until they can, every look-up
 * fills. Closing the cache closes its connections.
 */
export async function openCache(options: OpenCacheOptions): Promise<Cache> {
  const { values, coordination, close } = await openStores(options);
  const cache = createCache({ ...options, values, coordination });
  await cache.ready();
  return {
    getOrFill: (key, fill, rules) => cache.getOrFill(key, fill, rules),
    getManyOrFill: (keys, fillMissing, rules) => cache.getManyOrFill(keys, fillMissing, rules),
    peek: (key, isValue) => cache.peek(key, isValue),
    catchUp: () => cache.catchUp(),
    invalidate: (request) => cache.invalidate(request),
    beginWrite: () => cache.beginWrite(),
    write: (ticket, values, request) => cache.write(ticket, values, request),
    close: async () => {
      await cache.close();
      await close();
    },
  };
}
