import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultCostLimits } from '@tributary/gateway/cost/cost-limits';
import { openSharedRedis, type SharedRedis } from '@tributary/gateway/persisted-operations/shared-redis';
import { startCachingShop } from '@tributary/gateway/testing/caching-shop';
import { type ShopGateway, shopSchemas, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { startSubscribingShop } from '@tributary/gateway/testing/subscribing-shop';
import { UsageStore } from '@tributary/gateway/usage/usage-store';
import type { CountedUse } from '@tributary/gateway/usage/usage-tally';
import { systemClock } from '@tributary/runtime/cache/clock';
import { parse } from 'graphql';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { compileCache } from '../kit/compile-cache.ts';
import { createTestLogger } from '../kit/test-logger.ts';

const CHECK = fileURLToPath(import.meta.resolve('@tributary/gateway/schema-check-command'));
const USAGE = fileURLToPath(import.meta.resolve('@tributary/gateway/schema-usage-command'));

const PRODUCTS = shopSchemas.products
  .replace('products: [Product]', 'products(sort: Sort): [Product]')
  .concat('\nenum Sort { NAME ID }');
const SORTED = 'query Sorted($sort: Sort) { products(sort: $sort) { id } }';
const NAMES = 'query Names { products { name } }';
const BEST = '{ bestReview { stars } }';

const CLIENT = 'apollographql-client-name';
const DAY_MS = 86_400_000;

let redis: TestRedis;
let shared: SharedRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  const logger = createTestLogger({ service: 'usage', level: 'error' });
  const opened = await openSharedRedis(redis.url, { logger });
  if (!opened) throw new Error('there is no Redis');
  shared = opened;
  folder = await mkdtemp(join(tmpdir(), 'tributary-schema-usage-'));
  const schemas = { products: PRODUCTS, reviews: shopSchemas.reviews };
  const { supergraphSdl = '' } = composeServices(
    Object.entries(schemas).map(([name, sdl]) => ({ name, url: `http://${name}.test`, typeDefs: parse(sdl) })),
  );
  await writeFile(join(folder, 'base.graphql'), supergraphSdl);
  await writeFile(
    join(folder, 'supergraph.yaml'),
    `subgraphs:${['products', 'reviews'].map((name) => `\n  ${name}:\n    urls: [http://${name}.test]\n    schema: ${name}.graphql`).join('')}\n`,
  );
  await writeFile(
    join(folder, 'products.graphql'),
    PRODUCTS.replace(' name: String }', ' }').replace('NAME ID', 'NAME'),
  );
  await writeFile(join(folder, 'reviews.graphql'), shopSchemas.reviews);
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  shared.close();
  await redis.close();
  await rm(folder, { recursive: true });
});

async function run(command: string, ...options: string[]) {
  const env = { ...compileCache(), TRIBUTARY_CACHE_URL: redis.url };
  const child = spawn(process.execPath, [command, ...options], { cwd: folder, env });
  const exit = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, exitCode };
}

const check = (...options: string[]) =>
  run(CHECK, '--config', 'supergraph.yaml', '--against', 'base.graphql', ...options);

const counting = () => ({
  usageDays: 30,
  cache: { url: redis.url, coordinationUrl: undefined, localLimitBytes: 1_000_000 },
});
const startGateway = () => startShopGateway(counting(), { ...shopSchemas, products: PRODUCTS });

async function ask(gateway: ShopGateway, client: string | undefined, body: object): Promise<void> {
  const response = await gateway.post(body, client === undefined ? {} : { [CLIENT]: client });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

describe('what gateways count', () => {
  it('is what the check judges by', async () => {
    const [first, second] = await Promise.all([startGateway(), startGateway()]);
    for (let count = 0; count < 3; count++) {
      await ask(first, 'web', { query: SORTED, variables: { sort: 'NAME' } });
      await ask(second, 'web', { query: SORTED, variables: { sort: 'NAME' } });
    }
    for (let count = 0; count < 3; count++) await ask(second, 'ios', { query: NAMES });
    await ask(first, undefined, { query: BEST });
    // What asks for the schema or is refused is no use of it.
    await ask(first, 'web', { query: '{ __schema { types { name } } }' });
    await ask(first, 'web', { query: '{ products { never } }' });
    await Promise.all([first.stop(), second.stop()]);

    const [judged, listed, everybody] = await Promise.all([
      check('--json'),
      run(USAGE, 'Product.name'),
      run(USAGE, '--json'),
    ]);
    const today = new Date().toISOString().slice(0, 10);
    expect(judged.exitCode).toBe(1);
    expect(JSON.parse(judged.stdout)).toMatchObject({
      isAcceptable: false,
      usage: { days: 30, countedDays: 1, requests: 10, untold: 0 },
      changes: [
        { coordinate: 'Product.name', verdict: 'breaking', users: [`Names (ios): 3 requests, last ${today}`] },
        { coordinate: 'Sort.ID', verdict: 'unused', users: [] },
      ],
    });
    expect(listed.stdout.split('\n').map((line) => line.trim().split(/ +/).slice(0, 4))).toContainEqual([
      '3',
      today,
      'ios',
      'Names',
    ]);
    expect(listed.stdout).not.toContain('Sorted');

    await writeFile(join(folder, 'usage.json'), everybody.stdout);
    const [rare, nothing] = await Promise.all([
      check('--usage', 'usage.json', '--min-share', '0.4'),
      check('--usage', `${redis.url}/1`),
    ]);
    expect(rare).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Judged by 10 requests that gateways counted on 1 of the last 30 days. Passed.'),
    });
    expect(nothing).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('No request was counted in the last 30 days, so whatever could break'),
    });
  });

  it('is each request that was let in, however it came and by whatever it was answered', async () => {
    const schemas = {
      ...shopSchemas,
      products: `${PRODUCTS}\nextend type Query { dear: [Product] @cost(weight: 1000) }`.replace(
        '"@key"',
        '"@key", "@cost"',
      ),
    };
    const gateway = await startCachingShop(
      { ...counting(), batchLimit: 2, costs: { ...defaultCostLimits, operation: { maximum: 500, isEnforced: true } } },
      schemas,
    );
    const variables = { sort: 'NAME' };
    const extensions = { persistedQuery: { version: 1, sha256Hash: hash('sha256', SORTED) } };
    const get = (parameters: Record<string, string>) =>
      fetch(`${gateway.url}/graphql?${new URLSearchParams(parameters)}`, {
        headers: { [CLIENT]: 'get', 'apollo-require-preflight': '1' },
      });
    const post = (client: string, body: object, headers = {}) => gateway.post(body, { [CLIENT]: client, ...headers });

    for (let count = 0; count < 3; count++) {
      const responses = [
        // By Apollo Server, then by the short cut, then by its bytes.
        await post('text', { query: SORTED, variables }),
        await post('hash', count === 0 ? { query: SORTED, extensions, variables } : { extensions, variables }),
        await get({ query: SORTED, variables: JSON.stringify(variables) }),
        await post('batch', [
          { query: SORTED, variables },
          { query: SORTED, variables },
        ]),
        await post('explained', { query: SORTED, variables }, { 'x-tributary-explain': '1' }),
      ];
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      expect((await post('refused', { query: '{ dear { id } }' })).status).toBe(400);
    }
    await gateway.stop();
    const { uses } = await new UsageStore(shared.commands).read(1);
    const ofClient = (name: string) => uses.filter(({ client }) => client === name);
    for (const [client, requests] of Object.entries({ text: 3, hash: 3, get: 3, batch: 6, explained: 3 })) {
      expect(ofClient(client)).toMatchObject([
        { name: 'Sorted', requests, samples: requests, values: { 'Sort.NAME': requests } },
      ]);
    }
    expect(ofClient('refused')).toEqual([]);
  });

  it('is a subscription, too', async () => {
    const shop = await startSubscribingShop(counting());
    await shop.subscribe({ headers: { [CLIENT]: 'stream' } });
    await shop.stop();
    const { uses } = await new UsageStore(shared.commands).read(1);
    const [use] = uses.filter(({ client }) => client === 'stream');
    expect(use).toMatchObject({ requests: 1, coordinates: expect.arrayContaining(['Subscription.productChanged']) });
  });

  it('is kept by day for as long as it was told to be', async () => {
    let nowMs = Date.UTC(2026, 0, 31, 23, 59, 59);
    const store = new UsageStore(shared.commands, { ...systemClock, now: () => nowMs });
    const use = (name: string): CountedUse => ({
      client: 'web',
      operation: { hash: name, name, coordinates: ['Query'], variableTypes: [] },
      uses: 2,
      samples: 1,
      values: new Map([['Sort.NAME', 1]]),
    });
    await store.add({ uses: [use('Old'), use('Both')], untold: 1 }, 7);
    nowMs += 2_000;
    await store.add({ uses: [use('Both')], untold: 0 }, 7);
    expect(await store.read(1)).toMatchObject({
      countedDays: 1,
      requests: 2,
      untold: 0,
      uses: [{ lastDay: '2026-02-01' }],
    });
    expect(await store.read(2)).toMatchObject({
      countedDays: 2,
      requests: 7,
      untold: 1,
      uses: [
        { name: 'Both', requests: 4, samples: 2, values: { 'Sort.NAME': 2 }, lastDay: '2026-02-01' },
        { name: 'Old', requests: 2, lastDay: '2026-01-31' },
      ],
    });
    for (const part of ['operations', 'uses', 'values']) {
      const lifetimeMs = Number(await redis.run('PTTL', `tributary:usage:{2026-02-01}:${part}`));
      expect(Math.ceil(lifetimeMs / DAY_MS)).toBe(8);
    }
  });

  it('keeps no request waiting while Redis hangs', async () => {
    const gateway = await startGateway();
    await ask(gateway, 'hanging', { query: NAMES });
    await redis.pause();
    try {
      const startedMs = performance.now();
      for (let count = 0; count < 3; count++) await ask(gateway, 'hanging', { query: NAMES });
      // A call of Redis is waited for for half a second.
      expect(performance.now() - startedMs).toBeLessThan(500);
    } finally {
      redis.resume();
    }
    await gateway.stop();
    const { uses } = await new UsageStore(shared.commands).read(1);
    expect(uses.find(({ client }) => client === 'hanging')?.requests).toBe(4);
  });

  it('is asked for in a way that makes sense', async () => {
    expect(await check('--min-share', 'most')).toMatchObject({ exitCode: 2 });
  });
});
