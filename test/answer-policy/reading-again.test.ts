import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PRODUCT_TAGS, startCachingShop } from '@tributary/gateway/testing/caching-shop';
import type { ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { openServiceCache } from '@tributary/runtime/cache/open-service-cache';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startTestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { createTestLogger } from '../kit/test-logger.ts';

const QUERY = '{ products { id name } }';
const HEADER = 'x-tributary-minimum-positions';

let scope: Scope;
let shop: ShopGateway;
let invalidate: (position: number) => Promise<void>;

beforeEach(async () => {
  scope = new Scope();
  const redis = scope.own(await startTestRedis(), (server) => server.close(), 'redis');
  const settings = { url: redis.url, coordinationUrl: undefined, localLimitBytes: 1024 * 1024 };
  const logger = createTestLogger({ service: 'subgraph', level: 'error' });
  const cache = await openServiceCache({ settings, name: 'subgraph', logger });
  if (!cache) throw new Error('there is no cache');
  scope.own(cache, (owned) => owned.close(), 'cache');
  invalidate = (position) => cache.invalidate({ tags: PRODUCT_TAGS, positions: { catalog: position } });
  shop = scope.own(await startCachingShop({ cache: settings }));
}, 60_000);
afterEach(() => scope.release());

const positionsAsked = () => shop.products.requests.map(({ headers }) => headers[HEADER]);

describe('a gateway that keeps an answer', () => {
  it('asks for it from anywhere while nothing was written', async () => {
    await shop.post({ query: QUERY });
    await shop.post({ query: QUERY });
    expect(positionsAsked()).toEqual([undefined]);
  });

  it('asks for it again, from databases that are so far, when its tags were written to', async () => {
    await shop.post({ query: QUERY });
    await invalidate(21_474_836_480);
    await eventually(
      async () => {
        await shop.post({ query: QUERY });
        return positionsAsked();
      },
      // On a busy machine Redis may not say in time that what was read is behind: then it is kept for two seconds and asked for again.
      (asked) => asked.at(-1) !== undefined,
    );
    // The answer tells the tags, and the tags how far databases have to be.
    expect(positionsAsked().slice(0, 2)).toEqual([undefined, undefined]);
    expect(positionsAsked().slice(-2)).toEqual([undefined, '{"catalog":21474836480}']);
  });
});
