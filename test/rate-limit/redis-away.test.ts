import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { limitsOf, startLimitedGateway, statusesOf } from './limited-gateways.ts';

let redis: TestRedis;
let gateway: ShopGateway | undefined;
beforeEach(async () => {
  redis = await startTestRedis();
}, REDIS_START_LIMIT_MS);
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await redis.close();
});

async function start(options: Parameters<typeof limitsOf>[1]): Promise<ShopGateway> {
  const limits = limitsOf({ anonymous: 100 }, { processes: 4, lease: 10, budgetMs: 500, ...options });
  gateway = await startLimitedGateway(limits, { url: redis.url, costs: 'off' });
  return gateway;
}

const askAll = (to: ShopGateway, requests: number, address: string) =>
  statusesOf(
    Array.from({ length: requests }, () => to.post({ query: '{ products { name } }' }, { 'x-forwarded-for': address })),
  );

describe('while Redis hangs', () => {
  it('a gateway admits its share of a limit, and no request waits long', async () => {
    const limited = await start({});
    await askAll(limited, 1, '192.0.2.1');
    await redis.pause();
    const startedAtMs = performance.now();
    expect(await askAll(limited, 100, '192.0.2.2')).toEqual({ 200: 25, 429: 75 });
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);

    redis.resume();
    await eventually(
      () => askAll(limited, 1, '192.0.2.2'),
      (statuses) => statuses[200] === 1,
    );
  });

  it('spends what it has leased before', async () => {
    const limited = await start({});
    await askAll(limited, 1, '192.0.2.1');
    await redis.pause();
    expect(await askAll(limited, 100, '192.0.2.1')).toEqual({ 200: 10 + 25, 429: 100 - 35 });
  });
});

describe('while Redis is away', () => {
  it('a gateway that fails open limits nobody', async () => {
    const limited = await start({ withoutStore: 'open' });
    await redis.kill();

    expect(await askAll(limited, 200, '192.0.2.1')).toEqual({ 200: 200 });
  });

  it('one that fails closed refuses everybody whom it would limit, with another code', async () => {
    const limited = await start({ withoutStore: 'closed' });
    await redis.kill();
    const response = await limited.post({ query: '{ products { name } }' });

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITER_UNAVAILABLE' } }] });
  });

  it('one is started, and limits by Redis when it comes back', async () => {
    await redis.kill();
    const limited = await start({});
    expect(await askAll(limited, 100, '192.0.2.1')).toEqual({ 200: 25, 429: 75 });
    await redis.start();

    await eventually(
      () =>
        redis.run('EXISTS', 'tributary:rate:anonymous:192.0.2.9').then(async (known) => {
          await askAll(limited, 1, '192.0.2.9');
          return known;
        }),
      (known) => known === 1,
    );
  });
});
