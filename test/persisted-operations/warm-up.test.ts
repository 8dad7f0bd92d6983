import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { GatewayOptions } from '@tributary/gateway/gateway-options';
import { openSharedRedis } from '@tributary/gateway/persisted-operations/shared-redis';
import { PlannerPool } from '@tributary/gateway/planning/planner-pool';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { createTokenIssuer } from '@tributary/gateway/testing/token-issuer';
import { HotOperations } from '@tributary/gateway/warm-up/hot-operations';
import { parse } from 'graphql';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { operationOf, publish } from './published.ts';
import { post, startSharingGateway } from './shared-graph.ts';

const WARM_UP = { warmUp: { operations: 200, limitMs: 20_000 } };
const HOT = ['query Ids { products { id } }', 'query Reviews { products { id reviews { stars } } }'];

const opened: (() => Promise<unknown>)[] = [];
let redis: TestRedis;
let plans: jest.Spied<PlannerPool['plan']>;

beforeAll(async () => {
  // A new machine installs Redis first.
  await (await startTestRedis()).close();
}, REDIS_START_LIMIT_MS);
beforeEach(async () => {
  redis = await startTestRedis();
  opened.push(() => redis.close());
  plans = jest.spyOn(PlannerPool.prototype, 'plan');
});
afterEach(async () => {
  plans.mockRestore();
  for (let close = opened.pop(); close; close = opened.pop()) await close();
});

async function start(options: Partial<GatewayOptions> = {}): Promise<ShopGateway> {
  const gateway = await startSharingGateway(redis, { ...WARM_UP, ...options });
  opened.push(() => gateway.stop());
  return gateway;
}

/** Lets a gateway live for a while: when it stops, it has told what it was asked. */
async function liveWith(queries: readonly string[], headers: Record<string, string> = {}, options = {}): Promise<void> {
  const gateway = await startSharingGateway(redis, { ...WARM_UP, ...options });
  for (const query of queries) await post(gateway, { query }, headers);
  await gateway.stop();
}

const lastLine = ({ logLines }: ShopGateway) => logLines.findLast(({ msg }) => msg === 'hot operations are planned');

describe('a gateway that plans ahead', () => {
  it('has made the plans of what others are asked before it is ready, and plans nothing at the first request', async () => {
    await liveWith(HOT);
    plans.mockClear();
    const gateway = await start();

    expect(plans).toHaveBeenCalledTimes(HOT.length);
    expect(lastLine(gateway)).toMatchObject({ operations: 2, planned: 2, dropped: 0 });
    for (const query of HOT) expect(await post(gateway, { query })).toMatchObject({ status: 200 });
    expect(plans).toHaveBeenCalledTimes(HOT.length);
    await post(gateway, { query: '{ products { name } }' });
    expect(plans).toHaveBeenCalledTimes(HOT.length + 1);
  });

  it('plans what is asked most, when there is more than it is to plan', async () => {
    const [rare, common] = HOT;
    await liveWith([rare, common, common].flatMap((query) => query ?? []));
    plans.mockClear();
    await start({ warmUp: { operations: 1, limitMs: 20_000 } });
    expect(plans.mock.calls).toEqual([[expect.anything(), expect.stringContaining('stars')]]);
  });

  it('does not count what it plans ahead as asked', async () => {
    await liveWith(HOT);
    await liveWith([]);
    const [period] = (await redis.run('KEYS', 'tributary:hot-operations:*:uses')) as string[];
    expect(await redis.run('ZRANGE', String(period), '0', '-1', 'WITHSCORES')).toEqual([
      expect.any(String),
      '1',
      expect.any(String),
      '1',
    ]);
  });

  it('leaves out what does not fit the supergraph any more', async () => {
    await liveWith(HOT);
    plans.mockClear();
    const withoutReviews = {
      products: 'type Query { products: [Product] } type Product @key(fields: "id") { id: ID! }',
      reviews: 'type Query { bestReview: Review } type Review { stars: Int }',
    };
    const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n';
    const gateway = await startShopGateway(
      { ...WARM_UP, cache: { url: redis.url, coordinationUrl: undefined, localLimitBytes: 1_000_000 } },
      { products: FEDERATION + withoutReviews.products, reviews: FEDERATION + withoutReviews.reviews },
    );
    opened.push(() => gateway.stop());
    expect(lastLine(gateway)).toMatchObject({ planned: 1, dropped: 1 });
    expect(plans).toHaveBeenCalledTimes(1);
  });

  it('plans for the kind of viewer that asks, where viewers are answered differently', async () => {
    const issuer = await createTokenIssuer();
    opened.push(() => issuer.stop());
    const FEDERATION =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requiresScopes"])\n';
    const schemas = {
      products: `${FEDERATION} type Query { products: [Product] @requiresScopes(scopes: [["read"]]) } type Product @key(fields: "id") { id: ID! }`,
      reviews: `${FEDERATION} type Query { bestReview: Review } type Review { stars: Int }`,
    };
    const cache = { url: redis.url, coordinationUrl: undefined, localLimitBytes: 1_000_000 };
    const startProtected = () => startShopGateway({ ...WARM_UP, cache, tokens: issuer.options }, schemas);
    const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'read' })}` };
    const query = '{ products { id } }';
    const first = await startProtected();
    expect(await post(first, { query }, headers)).toMatchObject({ body: { data: { products: expect.anything() } } });
    await first.stop();

    plans.mockClear();
    const second = await startProtected();
    opened.push(() => second.stop());
    expect(plans).toHaveBeenCalledTimes(1);
    expect(await post(second, { query }, headers)).toMatchObject({ body: { data: { products: expect.anything() } } });
    expect(plans).toHaveBeenCalledTimes(1);
  });

  it('plans what is published when nobody has asked for anything yet', async () => {
    await publish(redis, '1', ...HOT.slice(0, 1).map((body) => operationOf(body)));
    plans.mockClear();
    const gateway = await start();
    expect(lastLine(gateway)).toMatchObject({ planned: 1 });
    expect(plans).toHaveBeenCalledTimes(1);
  });

  it('is ready without plans when Redis hangs or is gone, and serves', async () => {
    await liveWith(HOT);
    await redis.pause();
    const whileItHangs = await start().finally(() => redis.resume());
    expect(await post(whileItHangs, { query: HOT[0] ?? '' })).toMatchObject({ status: 200 });
    await redis.kill();
    const whileItIsGone = await start();
    expect(await post(whileItIsGone, { query: HOT[0] ?? '' })).toMatchObject({ status: 200 });
    await redis.start();
  });

  it('neither counts nor plans when it is told to plan nothing', async () => {
    await liveWith(HOT, {}, { warmUp: { operations: 0, limitMs: 1 } });
    expect(await redis.run('KEYS', 'tributary:hot-operations:*')).toEqual([]);
  });
});

describe('what Redis keeps of hot operations', () => {
  async function create(nowMs = Date.UTC(2026, 6, 1)) {
    const shared = await openSharedRedis(redis.url, { logger: createTestLogger({ service: 'hot', level: 'error' }) });
    if (!shared) throw new Error('the URL names no Redis');
    opened.push(async () => shared.close());
    const clock = { nowMs, now: () => clock.nowMs, sleep: async () => undefined };
    return { hot: new HotOperations(shared.commands, clock), clock };
  }
  const used = (name: string, uses: number) => ({ key: name, document: parse(`{ ${name} }`), viewer: null, uses });
  const texts = async (hot: HotOperations, limit = 10) =>
    (await hot.hottest(limit)).map(({ text }) => text.replaceAll(/\W/g, ''));

  it('says what is hot over hours, what is later first, and forgets after a day', async () => {
    const { hot, clock } = await create();
    await hot.add([used('before', 10), used('always', 7)]);
    clock.nowMs += 4 * 3_600_000;
    await hot.add([used('later', 7), used('always', 1)]);
    expect(await texts(hot)).toEqual(['later', 'before', 'always']);
    expect(await texts(hot, 1)).toEqual(['later']);
    clock.nowMs += 24 * 3_600_000;
    expect(await texts(hot)).toEqual([]);
  });

  it('holds no mutation with a string in it, which may be a password', async () => {
    const { hot } = await create();
    const mutation = (text: string) => ({ key: text, document: parse(text), viewer: null, uses: 1 });
    await hot.add([
      mutation('mutation { logIn(word: "hunter2") }'),
      mutation('mutation($w: String) { logIn(word: $w) }'),
    ]);
    expect(await texts(hot)).toEqual(['mutationwStringlogInwordw']);
  });

  it('is bounded, and all of it has a time to live', async () => {
    const { hot } = await create();
    await hot.add([used('hottest', 1_000)]);
    for (let round = 0; round < 4; round += 1) {
      await hot.add(Array.from({ length: 500 }, (_, index) => used(`o${round}x${index}`, round + 1)));
    }
    await hot.add([{ ...used('long', 5_000), document: parse(`{ ${'a '.repeat(20_000)} }`) }]);
    const keys = (await redis.run('KEYS', '*')) as string[];
    expect(keys).toHaveLength(2);
    const [operations = '', uses = ''] = keys.sort();
    expect(await redis.run('ZCARD', uses)).toBe(1_000);
    expect(await redis.run('HLEN', operations)).toBeLessThanOrEqual(1_000);
    for (const key of keys) expect(await redis.run('PTTL', key)).toBeGreaterThan(0);
    expect((await texts(hot, 2))[0]).toBe('hottest');
  });
});
