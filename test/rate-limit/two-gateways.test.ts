import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RateLimitOptions } from '@tributary/gateway/rate-limit/rate-limit-variables';
import type { ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { openRedis } from '@tributary/runtime/cache/open-redis';
import { RateLimiter } from '@tributary/runtime/rate-limit/rate-limiter';
import { createRedisTokenStore } from '@tributary/runtime/rate-limit/redis-token-store';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { limitsOf, remainingOf, startLimitedGateway, statusesOf } from './limited-gateways.ts';

const LIMIT = 300;
const REQUESTS = 1_000;
const QUERY = { query: '{ products { name } }' };

let redis: TestRedis;
let gateways: ShopGateway[] = [];
beforeAll(async () => {
  redis = await startTestRedis();
}, REDIS_START_LIMIT_MS);
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  gateways = [];
  await redis.run('FLUSHALL');
});
afterAll(() => redis.close());

async function startGateways(options: Partial<RateLimitOptions>, costs?: 'off'): Promise<void> {
  const limits = limitsOf({ anonymous: LIMIT }, options);
  const start = () => startLimitedGateway(limits, { url: redis.url, ...(costs && { costs }) });
  gateways = await Promise.all([start(), start()]);
}

function askAll(requests: number): Promise<Response>[] {
  return Array.from({ length: requests }, (_, index) => {
    const gateway = gateways[index % gateways.length];
    if (!gateway) throw new Error('no gateway was started');
    return gateway.post(QUERY);
  });
}

describe('1,000 requests of one client at once to two gateways', () => {
  it('are admitted exactly as far as the limit goes with a lease of one', async () => {
    await startGateways({ lease: 1 }, 'off');

    expect(await statusesOf(askAll(REQUESTS))).toEqual({ 200: LIMIT, 429: REQUESTS - LIMIT });
    expect(await statusesOf(askAll(20))).toEqual({ 429: 20 });
  });

  it('never exceed it with the default lease, of which each gateway keeps a tenth of the limit at most', async () => {
    await startGateways({ lease: 50 }, 'off');
    const admitted = (await statusesOf(askAll(REQUESTS)))[200] ?? 0;

    expect(admitted).toBeLessThanOrEqual(LIMIT);
    expect(admitted).toBeGreaterThanOrEqual(LIMIT - 2 * 30);
  });

  it('spend no more than the limit when each costs something else than was estimated', async () => {
    await startGateways({ lease: 1 });
    const responses = await Promise.all(askAll(REQUESTS));
    const answered = responses.filter(({ status }) => status === 200);

    // An operation costs 1, and this one up to 10 more by estimate and 2 in fact.
    expect(new Set(answered.map(({ headers }) => headers.get('x-tributary-cost')))).toEqual(
      new Set(['estimated=10, actual=2']),
    );
    expect(answered.length * 3).toBeLessThanOrEqual(LIMIT);
    expect(answered.length).toBeGreaterThan(0);
  });
});

describe('a lease that is outstanding', () => {
  it('lets in as much more than the limit, and no more', async () => {
    const [capacity, lease] = [200, 20];
    const limit = { capacity, windowMs: 400 };
    const client = { key: 'anonymous:192.0.2.1', limit };
    const [first, second] = await Promise.all([startGatewayLimiter(lease), startGatewayLimiter(lease)]);
    await Promise.all([first, second].map(({ limiter }) => limiter.bucketOf(client).spend(1)));
    // A bucket that is full has no key.
    while (Number(await redis.run('EXISTS', 'tributary:rate:anonymous:192.0.2.1')) > 0);
    const startedAtMs = performance.now();
    const verdicts = await Promise.all(
      [first, second].flatMap(({ limiter }) => Array.from({ length: 500 }, () => limiter.bucketOf(client).spend(1))),
    );
    const admitted = verdicts.filter(({ isAdmitted }) => isAdmitted).length;
    const refilled = Math.ceil(((performance.now() - startedAtMs) * capacity) / limit.windowMs);
    await Promise.all([first, second].map(({ close }) => close()));

    expect(admitted).toBeGreaterThan(capacity);
    expect(admitted).toBeLessThanOrEqual(capacity + 2 * lease + refilled);
  });
});

describe('the time', () => {
  it('is that of Redis, so that nobody gains by a clock that is wrong', async () => {
    await startGateways({ lease: 1 }, 'off');
    await statusesOf(askAll(LIMIT));
    const now = Date.now;
    Date.now = () => now() + 10 * 36_000_000;
    try {
      expect(await statusesOf(askAll(10))).toEqual({ 429: 10 });
    } finally {
      Date.now = now;
    }
  });
});

describe('tokens', () => {
  it('that a gateway has leased go back when it stops', async () => {
    await startGateways({ lease: 50 }, 'off');
    const [first, second] = gateways;
    await first?.post(QUERY);
    await first?.stop();
    gateways = second ? [second] : [];
    const response = await second?.post(QUERY);

    expect(response && remainingOf(response)).toBe(LIMIT - 2);
  });
});

async function startGatewayLimiter(lease: number) {
  const connection = await openRedis(redis.url, () => undefined);
  const store = createRedisTokenStore({ commands: connection.commands, budgetMs: 5_000 });
  const limiter = new RateLimiter({ store, lease, processes: 2, withoutStore: 'share' });
  return {
    limiter,
    async close() {
      await limiter.close();
      connection.close();
    },
  };
}
