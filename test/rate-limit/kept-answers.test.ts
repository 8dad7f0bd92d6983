import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultCostLimits } from '@tributary/gateway/cost/cost-limits';
import type { RateLimitOptions } from '@tributary/gateway/rate-limit/rate-limit-variables';
import { fetchesOf, startCachingShop } from '@tributary/gateway/testing/caching-shop';
import type { ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { limitsOf, remainingOf } from './limited-gateways.ts';

const CLIENT = { 'x-forwarded-for': '192.0.2.1' };

let redis: TestRedis;
let gateway: ShopGateway;
beforeAll(async () => {
  redis = await startTestRedis();
}, REDIS_START_LIMIT_MS);
afterEach(async () => {
  await gateway.stop();
  await redis.run('FLUSHALL');
});
afterAll(() => redis.close());

async function start(rateLimits: RateLimitOptions): Promise<void> {
  const cache = { url: redis.url, coordinationUrl: undefined, localLimitBytes: 1_000_000 };
  gateway = await startCachingShop({ cache, rateLimits, costs: defaultCostLimits, trustedProxies: ['127.0.0.1'] });
}

async function ask(query = '{ products { name } }'): Promise<Response> {
  const response = await gateway.post({ query }, CLIENT);
  await response.clone().arrayBuffer();
  return response;
}

/** How many scripts Redis has run: every call of the limiter is one. */
async function scriptsRun(): Promise<number> {
  const statistics = String(await redis.run('INFO', 'commandstats'));
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}

describe('an answer that is kept', () => {
  it('costs what every operation does, whichever way it is found', async () => {
    await start(limitsOf({ anonymous: 1_000 }, { operationCost: 3, lease: 100 }));
    const remaining = [];
    for (let index = 0; index < 5; index++) remaining.push(remainingOf(await ask()));
    const other = [
      remainingOf(await ask('{ products { name } } # other bytes')),
      remainingOf(await ask('{ products { name } } # other bytes')),
    ];

    expect(remaining).toEqual([1_000 - 3 - 2, 992, 989, 986, 983]);
    expect(other).toEqual([980, 977]);
    expect(fetchesOf(gateway)).toBe(1);
  });

  it('asks nothing of Redis, as long as there are tokens at hand', async () => {
    await start(limitsOf({ anonymous: 100_000 }, { lease: 1_000 }));
    for (let index = 0; index < 5; index++) await ask();
    const before = await scriptsRun();
    for (let index = 0; index < 200; index++) await ask();

    expect((await scriptsRun()) - before).toBeLessThanOrEqual(1);
    expect(fetchesOf(gateway)).toBe(1);
  });

  it('is refused to a client that has no tokens', async () => {
    await start(limitsOf({ anonymous: 20 }));
    const statuses = [];
    for (let index = 0; index < 20; index++) statuses.push((await ask()).status);

    expect(statuses).toEqual([...new Array(18).fill(200), 429, 429]);
  });
});
