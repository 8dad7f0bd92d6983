import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openSharedRedis } from '@tributary/gateway/persisted-operations/shared-redis';
import { PlannerPool } from '@tributary/gateway/planning/planner-pool';
import { versionOf } from '@tributary/gateway/schema-registry/published-schema';
import { PublishedSchemas } from '@tributary/gateway/schema-registry/published-schemas';
import { type ShopGateway, shopSchemas } from '@tributary/gateway/testing/shop-gateway';
import { type StubSubgraph, startStubSubgraph } from '@tributary/gateway/testing/stub-subgraph';
import { HotOperations } from '@tributary/gateway/warm-up/hot-operations';
import { parse } from 'graphql';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { startSharingGateway } from '../persisted-operations/shared-graph.ts';

const PAGE = '{ products { name reviews { stars } } }';
const STOCK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Product @key(fields: "id") { id: ID! available: Int }`;

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close();
});
beforeAll(async () => {
  // A new machine installs Redis first.
  await (await startTestRedis()).close();
}, REDIS_START_LIMIT_MS);

async function startRedis(): Promise<TestRedis> {
  const redis = await startTestRedis();
  opened.push(() => redis.close());
  return redis;
}

async function startGateway(redis: TestRedis): Promise<ShopGateway> {
  const shop = await startSharingGateway(redis, { supergraphOrigin: 'published' });
  opened.push(() => shop.stop());
  return shop;
}

async function startStock(): Promise<StubSubgraph> {
  const stock = await startStubSubgraph(({ variables }) => {
    const representations = variables?.['representations'];
    const entities = Array.isArray(representations) ? representations.map(() => ({ available: 3 })) : [];
    return { body: { data: { _entities: entities } } };
  });
  opened.push(() => stock.stop());
  return stock;
}

function compose(subgraphs: Record<string, { url: string; schema: string }>): string {
  const services = Object.entries(subgraphs).map(([name, { url, schema }]) => ({ name, url, typeDefs: parse(schema) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

/** The shop with a subgraph more. */
function withStock({ products, reviews }: ShopGateway, stockUrl: string): string {
  return compose({
    products: { url: products.url, schema: shopSchemas.products },
    reviews: { url: reviews.url, schema: shopSchemas.reviews },
    stock: { url: stockUrl, schema: STOCK },
  });
}

async function publish({ url }: TestRedis, sdl: string, smokeOperations: string[] = []): Promise<string> {
  const redis = await openSharedRedis(url, { logger: createTestLogger({ service: 'publish', level: 'error' }) });
  if (!redis) throw new Error('the URL names no Redis');
  try {
    const store = new PublishedSchemas(redis.commands);
    const { current } = await store.readAll();
    const version = versionOf({ sdl, smokeOperations });
    const publishedAt = new Date().toISOString();
    expect(await store.publish({ version, publishedAt, sdl, smokeOperations }, current?.version)).toBe(true);
    return version;
  } finally {
    redis.close();
  }
}

/** Whether a gateway knows the field of the subgraph that is new. */
const knowsStock = async (shop: ShopGateway) => Boolean((await shop.ask('{ products { available } }')).answer.data);
const untilItKnowsStock = (shop: ShopGateway) =>
  eventually(
    () => knowsStock(shop),
    (knows) => knows,
  );
const untilLogged = ({ logLines }: ShopGateway, message: string) =>
  eventually(
    async () => logLines.filter(({ msg }) => msg === message),
    (lines) => lines.length > 0,
  );

/** Asks for a page all the time, from several clients at once, until it is told to stop; returns what was not answered well. */
function askAllTheTime(shop: ShopGateway, clients: number) {
  let isOver = false;
  const failures: unknown[] = [];
  let answers = 0;
  const askOn = async () => {
    while (!isOver) {
      const { status, answer } = await shop.ask(PAGE);
      answers += 1;
      if (status !== 200 || answer.errors) failures.push({ status, answer });
    }
  };
  const all = Array.from({ length: clients }, askOn);
  return async () => {
    isOver = true;
    await Promise.all(all);
    return { answers, failures };
  };
}

describe('a gateway that follows what is published', () => {
  it('serves another supergraph, and a subgraph more, without failing a request', async () => {
    const redis = await startRedis();
    const shop = await startGateway(redis);
    expect(await knowsStock(shop)).toBe(false);
    const stop = askAllTheTime(shop, 4);
    const stock = await startStock();
    await publish(redis, withStock(shop, stock.url), [PAGE, '{ products { available } }']);
    await untilItKnowsStock(shop);
    const { answer } = await shop.ask('{ products { available } }');
    expect(answer.data).toEqual({ products: [{ available: 3 }, { available: 3 }] });

    const { answers, failures } = await stop();
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(8);
  });

  it('plans what is hot before it serves another supergraph, and nothing of that again after', async () => {
    const redis = await startRedis();
    const shared = await openSharedRedis(redis.url, { logger: createTestLogger({ service: 'hot', level: 'error' }) });
    if (!shared) throw new Error('the URL names no Redis');
    await new HotOperations(shared.commands).add([{ key: 'page', document: parse(PAGE), viewer: null, uses: 9 }]);
    shared.close();
    const planning = jest.spyOn(PlannerPool.prototype, 'plan');
    opened.push(async () => planning.mockRestore());
    const shop = await startSharingGateway(redis, {
      supergraphOrigin: 'published',
      warmUp: { operations: 10, limitMs: 20_000 },
    });
    opened.push(() => shop.stop());
    const stop = askAllTheTime(shop, 2);
    const stock = await startStock();
    expect(planning).toHaveBeenCalledTimes(1);
    await publish(redis, withStock(shop, stock.url));
    await untilLogged(shop, 'another supergraph is served');
    const asked = shop.products.requests.length;
    await eventually(
      async () => shop.products.requests.length,
      (requests) => requests >= asked + 20,
    );
    expect((await stop()).failures).toEqual([]);
    expect(planning.mock.calls.filter(([, text]) => text.includes('reviews'))).toHaveLength(2);
    expect(planning).toHaveBeenCalledTimes(2);
  });

  it('answers what it has let in before on the other supergraph, too, without Apollo Server', async () => {
    const redis = await startRedis();
    const shop = await startGateway(redis);
    const stock = await startStock();
    const bodyOf = async (query: string) => (await shop.post({ query })).text();
    const answeredByApollo = await bodyOf(PAGE);
    await publish(redis, withStock(shop, stock.url));
    await untilLogged(shop, 'another supergraph is served');
    const [known, unknown] = [await bodyOf(PAGE), await bodyOf('{ products { available } }')];
    // Apollo Server ends its answers with a line break.
    expect(known).toBe(answeredByApollo.trimEnd());
    expect(unknown).toBe(`${unknown.trimEnd()}\n`);
  });

  it('goes on with what it serves when the next one fails its smoke operations, and tells why', async () => {
    const redis = await startRedis();
    const shop = await startGateway(redis);
    const stop = askAllTheTime(shop, 2);
    const gone = await startStock();
    await gone.stop();
    await publish(redis, withStock(shop, gone.url), [PAGE, '{ products { available } }']);
    const [line] = await untilLogged(shop, 'a supergraph cannot be served; the one before stays');
    expect(line).toMatchObject({
      err: { message: expect.stringContaining('smoke operation "{ products { available } }"') },
    });
    expect(await knowsStock(shop)).toBe(false);

    const stock = await startStock();
    await publish(redis, withStock(shop, stock.url), ['{ products { available } }']);
    await untilItKnowsStock(shop);
    expect((await stop()).failures).toEqual([]);
  });

  it('goes on with what it serves when the next one is none', async () => {
    const redis = await startRedis();
    const shop = await startGateway(redis);
    await publish(redis, 'type Query { products: [Int] }');
    await untilLogged(shop, 'a supergraph cannot be served; the one before stays');
    expect(await shop.ask(PAGE)).toMatchObject({ status: 200, answer: { data: { products: [{}, {}] } } });
  });

  it('begins with what is published, and with its file while Redis is away', async () => {
    const redis = await startRedis();
    const first = await startGateway(redis);
    const stock = await startStock();
    await publish(redis, withStock(first, stock.url));
    await untilItKnowsStock(first);
    expect(await knowsStock(await startGateway(redis))).toBe(true);

    await redis.pause();
    const third = await startGateway(redis);
    expect(await third.ask(PAGE)).toMatchObject({ status: 200 });
    expect(await knowsStock(third)).toBe(false);
    redis.resume();
    await untilItKnowsStock(third);
  });
});

describe('a gateway that follows a file', () => {
  it('serves what takes its place', async () => {
    const stock = await startStock();
    const redis = await startRedis();
    const first = await startGateway(redis);
    const folder = await mkdtemp(join(tmpdir(), 'tributary-supergraph-'));
    opened.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'supergraph.graphql');
    await writeFile(file, compose({ products: { url: first.products.url, schema: shopSchemas.products } }));
    const shop = await startSharingGateway(redis, { supergraphFile: file });
    opened.push(() => shop.stop());
    expect(await knowsStock(shop)).toBe(false);
    await writeFile(join(folder, 'next'), withStock(first, stock.url));
    await rename(join(folder, 'next'), file);
    await untilItKnowsStock(shop);
  });
});
