import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import type { DatabaseConfig } from '@tributary/prisma/topology/topology';
import { startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { CatalogScene, productId } from '../kit/catalog-scene.ts';
import { eventually } from '../kit/eventually.ts';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { openTestCache } from './two-catalogs.ts';

const REQUESTS = 1_000;
const PRODUCT = 'query Product($id: ID!) { product(id: $id) { id title } }';

let scene: CatalogScene;
let redis: TestRedis;

beforeAll(async () => {
  scene = await CatalogScene.start('one_fill');
  await scene.bed.test.waitForReplicas();
  redis = await startTestRedis();
}, 60_000);
afterAll(async () => {
  await redis?.close();
  await scene?.stop();
});

/** A process of the subgraph, with connections and a cache of its own. */
async function startProcess(name: string): Promise<{ url: string; stop(): Promise<void> }> {
  const databases: Databases = await openDatabases({
    service: name,
    readConfig: async () => scene.bed.config,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 10_000,
    connectionTimeoutMs: 5_000,
  });
  // All requests of both processes share this process's time: who waits for the other's fill may wait long.
  const cache = await openTestCache(redis, { waitMs: 20_000 });
  const subgraph = await startCatalogSubgraph({ ...scene.bed.options, databases, cache });
  return {
    url: subgraph.url,
    stop: async () => {
      await subgraph.stop();
      await cache.close();
      await databases.close();
    },
  };
}

/** How often the table of products was searched since it was made, by all servers of the catalog. */
async function searchesOfProducts({ primary, replicas }: DatabaseConfig): Promise<number> {
  const counts = [primary, ...replicas].map((url) =>
    withConnection(url, async (client) => {
      const { rows } = await client.query<{ searches: number }>(
        `SELECT (seq_scan + idx_scan)::integer AS searches FROM pg_stat_user_tables WHERE relname = 'products'`,
      );
      return rows[0]?.searches ?? 0;
    }),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** A server adds what a connection did to its counts at the latest when that connection ends. */
async function untilNobodyIsConnected({ primary, replicas }: DatabaseConfig, names: readonly string[]): Promise<void> {
  const connections = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = ANY($1)`;
  for (const url of [primary, ...replicas]) {
    await withConnection(url, (client) =>
      eventually(
        async () => (await client.query(connections, [names])).rowCount,
        (count) => count === 0,
      ),
    );
  }
}

it(`${REQUESTS} requests at once, over two processes that have never seen a product, are one search of one database`, async () => {
  const { catalog } = scene.bed.config;
  const id = productId(scene.products[0]?.id ?? 0n);
  const processes = [await startProcess('one_fill_left'), await startProcess('one_fill_right')];
  const before = await searchesOfProducts(catalog);
  const answers = await Promise.all(
    Array.from({ length: REQUESTS }, (_, index) =>
      callSubgraph(processes[index % processes.length]?.url ?? '', {
        subgraph: 'catalog',
        query: PRODUCT,
        variables: { id },
      }),
    ),
  );
  expect(new Set(answers.map(({ data }) => data.product.title))).toEqual(new Set([scene.products[0]?.title]));
  await Promise.all(processes.map((each) => each.stop()));
  await untilNobodyIsConnected(catalog, ['one_fill_left', 'one_fill_right']);
  expect((await searchesOfProducts(catalog)) - before).toBe(1);
}, 60_000);
