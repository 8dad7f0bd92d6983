import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CostLimits, defaultCostLimits } from '@tributary/gateway/cost/cost-limits';
import type { GatewayOptions } from '@tributary/gateway/gateway-options';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { z } from 'zod';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { compileCache } from '../kit/compile-cache.ts';

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@cost", "@listSize"])`;
const schemas = {
  products: `${FEDERATION}
    type Query { products(first: Int = 20): [Product] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false) }
    type Mutation { rename(name: String!): Product @cost(weight: 30) }
    type Product @key(fields: "id") { id: ID! name: String }`,
  reviews: `${FEDERATION}
    type Query { bestReview: Review }
    type Review @cost(weight: 2) { stars: Int }
    type Product @key(fields: "id") { id: ID! reviews: [Review] @listSize(assumedSize: 5) }`,
};
const QUERY = 'query Shelf($first: Int) { products(first: $first) { name reviews { stars } } }';
const QUERY_COSTS = (first: number) => first + first * 5 * 2;

const COMMAND = fileURLToPath(import.meta.resolve('@tributary/gateway/costs-command'));
const answerSchema = z.looseObject({
  errors: z.array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) })).optional(),
});

let gateway: ShopGateway;
afterEach(() => gateway.stop());

async function start(limits: Partial<CostLimits> = {}, options: Partial<GatewayOptions> = {}): Promise<void> {
  gateway = await startShopGateway({ costs: { ...defaultCostLimits, ...limits }, ...options }, schemas);
}

async function ask(first: number, headers: Record<string, string> = {}) {
  const response = await gateway.post({ query: QUERY, variables: { first } }, headers);
  return {
    status: response.status,
    cost: response.headers.get('x-tributary-cost'),
    body: answerSchema.parse(await response.json()),
  };
}

const limitOf = (maximum: number, isEnforced = true) => ({ maximum, isEnforced });

describe('the cost of an operation', () => {
  it('is in a header of its answer: what it might have been, and what it was', async () => {
    await start();
    for (const _ of ['first', 'known']) {
      // Two products with a review each.
      expect(await ask(4)).toMatchObject({ status: 200, cost: `estimated=${QUERY_COSTS(4)}, actual=6` });
    }
  });

  it('is explained by subgraphs', async () => {
    await start();
    expect(await ask(4, { 'x-tributary-explain': '1' })).toMatchObject({
      body: {
        extensions: { explain: { cost: { estimated: 44, bySubgraph: { products: 4, reviews: 40 }, actual: 6 } } },
      },
    });
  });

  it('is that of all operations of a batch', async () => {
    await start({}, { batchLimit: 3 });
    const response = await gateway.post([
      { query: QUERY, variables: { first: 1 } },
      { query: QUERY, variables: { first: 2 } },
    ]);

    expect(response.headers.get('x-tributary-cost')).toBe(`estimated=${QUERY_COSTS(1) + QUERY_COSTS(2)}, actual=12`);
  });

  it('has the weight that the schema gives a mutation', async () => {
    await start();
    const response = await gateway.post({ query: 'mutation { rename(name: "Cup") { name } }' });

    expect(response.headers.get('x-tributary-cost')).toBe('estimated=31, actual=31');
  });
});

describe('an operation that may cost too much', () => {
  it('is refused before anything is executed, for the variables that make it so', async () => {
    await start({ operation: limitOf(QUERY_COSTS(10)) });
    const answers = [await ask(11), await ask(10), await ask(11), await ask(10)];

    expect(answers.map(({ body }) => body.errors?.[0]?.extensions['code'] ?? 'answered')).toEqual([
      'COST_ESTIMATED_TOO_EXPENSIVE',
      'answered',
      'COST_ESTIMATED_TOO_EXPENSIVE',
      'answered',
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 200, 400, 200]);
    expect(answers[0]?.body.errors?.[0]?.extensions).toMatchObject({ estimated: QUERY_COSTS(11), maximum: 110 });
    expect(gateway.products.requests).toHaveLength(2);
  });

  it('is refused where a subgraph has too much of it', async () => {
    await start({ subgraphs: new Map([['reviews', limitOf(50)]]) });
    const refused = await ask(6);

    expect(refused.status).toBe(400);
    expect(refused.body.errors?.[0]).toMatchObject({
      message: 'The operation may cost 60 in subgraph "reviews", and the limit is 50',
      extensions: { subgraph: 'reviews', estimated: 60, maximum: 50 },
    });
    expect((await ask(5)).status).toBe(200);
  });

  it('is answered and logged where it is only measured', async () => {
    await start({ operation: limitOf(100, false) });

    expect((await ask(50)).status).toBe(200);
    expect(gateway.logLines).toContainEqual(
      expect.objectContaining({
        msg: 'an operation exceeds a limit of cost',
        estimated: 550,
        maximum: 100,
        isEnforced: false,
      }),
    );
  });

  it('alone in a batch is refused alone', async () => {
    await start({ operation: limitOf(100) }, { batchLimit: 2 });
    const response = await gateway.post([
      { query: QUERY, variables: { first: 50 } },
      { query: QUERY, variables: { first: 1 } },
    ]);

    expect(await response.json()).toMatchObject([
      { errors: [{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE' } }] },
      { data: { products: expect.anything() } },
    ]);
  });
});

describe('the report of costs', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startTestRedis();
  }, REDIS_START_LIMIT_MS);
  afterAll(() => redis.close());

  it('lists the costliest operations of all gateways, without what clients wrote into them, and knows wrong usage', async () => {
    const options = { cache: { url: redis.url, coordinationUrl: undefined, localLimitBytes: 0 } };
    for (const executions of [2, 1]) {
      await start({}, options);
      for (let index = 0; index < executions; index++) await ask(4);
      await gateway.post({ query: 'mutation { rename(name: "secret") { name } }' });
      await gateway.stop();
    }
    const env = { ...compileCache(), TRIBUTARY_CACHE_URL: redis.url };
    const misused = once(spawn(process.execPath, [COMMAND, '--limit', 'many'], { env }), 'exit');
    const stdout = await text(spawn(process.execPath, [COMMAND], { env }).stdout);

    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replaceAll(/ +/g, ' ').trim()),
    ).toEqual([
      'total executions mean estimated highest hash operation',
      expect.stringMatching(/^62 2 31 31 31 \S{10} mutation \{ rename \}$/),
      expect.stringMatching(/^18 3 6 44 44 \S{10} query Shelf \{ products \}$/),
    ]);
    expect(await misused).toEqual([2, null]);
  });
});
