import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache, EntryOptions } from '@tributary/runtime/cache/cache';
import { openCache } from '@tributary/runtime/cache/open-cache';
import { openServiceCache } from '@tributary/runtime/cache/open-service-cache';
import { cacheSettings, cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { z } from 'zod';
import { eventually } from '../kit/eventually.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { startTestMemcached, type TestMemcached } from './memcached-server.ts';
import { startTestRedisCluster, type TestRedisCluster } from './redis-cluster-servers.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';
import { startTestRedis, type TestRedis } from './redis-server.ts';

const RULES: EntryOptions<string> = {
  ttlMs: 60_000,
  isValue: (stored) => typeof stored === 'string',
  tags: ['product:prd_1'],
};

const quiet = createTestLogger({ service: 'cache', level: 'fatal' });

let redis: TestRedis;
let cluster: TestRedisCluster;
let memcached: TestMemcached;
let databases: TestDatabases;
beforeAll(async () => {
  redis = await startTestRedis();
  cluster = await startTestRedisCluster();
  memcached = await startTestMemcached();
  databases = await startTestDatabases({ name: 'service_cache', shards: 1 });
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  await Promise.all([redis, cluster, memcached, databases].map((each) => each.close()));
});

interface Places {
  readonly url?: string;
  readonly coordinationUrl?: string;
  readonly catalogUrl?: string;
}

async function open({ url = '', coordinationUrl = '', catalogUrl }: Places, name = 'catalog'): Promise<Cache> {
  const env = { TRIBUTARY_CACHE_URL: url, TRIBUTARY_CACHE_COORDINATION_URL: coordinationUrl };
  const settings = cacheSettings(parseEnvironment(z.object(cacheVariables), env));
  const cache = await openServiceCache({ settings, catalogUrl, name, logger: quiet });
  if (!cache) throw new Error('caching is on');
  return cache;
}

describe('the cache of a service', () => {
  it.each<[string, () => Places, number]>([
    ['Redis', () => ({ url: redis.url }), 1],
    ['Valkey', () => ({ url: redis.url.replace('redis:', 'valkey:') }), 1],
    ['a Redis cluster', () => ({ url: cluster.url }), 1],
    ['memcached and Redis', () => ({ url: `memcached://${memcached.host}`, coordinationUrl: redis.url }), 1],
    [
      'memcached and the catalog',
      () => ({ url: `memcached://${memcached.host}`, catalogUrl: databases.config.catalog.primary }),
      1,
    ],
    ['its own memory and the catalog', () => ({ catalogUrl: databases.config.catalog.primary }), 2],
    ['its own memory and Redis', () => ({ coordinationUrl: redis.url }), 2],
  ])(
    'fills on %s as often as it has to, and hears what another process invalidated',
    async (place, places, fillsExpected) => {
      await using others = new Scope();
      const other = others.own(await open(places()));
      await using ended = new Scope();
      const own = ended.own(await open(places()));
      const key = `product of ${place}`;
      let fills = 0;
      let row = 'old';
      const look = (cache: Cache) =>
        cache.getOrFill(
          key,
          async () => {
            fills++;
            return row;
          },
          RULES,
        );
      expect(await look(own)).toBe('old');
      await eventually(
        async () => {
          fills = 0;
          return [await look(own), await look(other), fills];
        },
        ([ofOwn, ofOther, filled]) => ofOwn === 'old' && ofOther === 'old' && filled === 0,
      );
      fills = 0;
      row = 'new';
      await own.invalidate({ tags: ['product:prd_1'] });
      expect(await look(own)).toBe('new');
      // Until a fill is stored, somebody who missed it a moment ago may take the next lease and fill again.
      await ended.release();
      await eventually(
        async () => look(other),
        (value) => value === 'new',
      );
      expect(fills).toBe(fillsExpected);
    },
  );

  it('has keys of its own, and tags in common with other services', async () => {
    await using scope = new Scope();
    const catalog = scope.own(await open({ url: redis.url }, 'catalog'));
    const reviews = scope.own(await open({ url: redis.url }, 'reviews'));
    const ofCatalog = () => catalog.getOrFill('row:1', async () => 'product', RULES);
    expect(await ofCatalog()).toBe('product');
    let rating = 'rating';
    const ofReviews = () => reviews.getOrFill('row:1', async () => rating, RULES);
    expect(await ofReviews()).toBe('rating');
    rating = 'better rating';
    await catalog.invalidate({ tags: RULES.tags ?? [] });
    await eventually(ofReviews, (value) => value === 'better rating');
  });

  it('hears nothing that it can not read from processes on the same database whose values are elsewhere', async () => {
    await using scope = new Scope();
    const errors: Error[] = [];
    const openBeside = async (url?: string) =>
      scope.own(
        await openCache({
          url,
          fallbackCoordinationUrl: databases.config.catalog.primary,
          l1: { limitBytes: 0 },
          onNotice: (_, error) => error && errors.push(error),
        }),
      );
    const embedded = await openBeside();
    const remote = await openBeside(`memcached://${memcached.host}`);
    for (const cache of [embedded, remote, embedded, remote]) {
      await cache.invalidate({ tags: ['product:prd_1'] });
      // Who is told of its own message has been told of all before it.
      await cache.catchUp();
    }
    expect(errors).toEqual([]);
  });

  it('is none where caching is switched off', async () => {
    const settings = cacheSettings(parseEnvironment(z.object(cacheVariables), { TRIBUTARY_CACHE: 'off' }));
    expect(await openServiceCache({ settings, name: 'catalog', logger: quiet })).toBeUndefined();
  });
});
