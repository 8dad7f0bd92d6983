import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ShopGateway, shopSchemas, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { parse } from 'graphql';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { compileCache } from '../kit/compile-cache.ts';

const CHECK = fileURLToPath(import.meta.resolve('@tributary/gateway/schema-check-command'));
const USAGE = fileURLToPath(import.meta.resolve('@tributary/gateway/schema-usage-command'));

const PRODUCTS = shopSchemas.products
  .replace('products: [Product]', 'products(sort: Sort): [Product]')
  .concat('\nenum Sort { NAME ID }');
const SORTED = 'query Sorted($sort: Sort) { products(sort: $sort) { id } }';
const NAMES = 'query Names { products { name } }';
const BEST = '{ bestReview { stars } }';

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
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

const startGateway = () =>
  startShopGateway(
    {
      usageDays: 30,
      cache: { url: redis.url, coordinationUrl: undefined, localLimitBytes: 1_000_000 },
    },
    { ...shopSchemas, products: PRODUCTS },
  );

async function ask(gateway: ShopGateway, client: string | undefined, body: object): Promise<void> {
  const response = await gateway.post(body, client === undefined ? {} : { 'apollographql-client-name': client });
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

  it('is asked for in a way that makes sense', async () => {
    expect(await check('--min-share', 'most')).toMatchObject({ exitCode: 2 });
  });
});
