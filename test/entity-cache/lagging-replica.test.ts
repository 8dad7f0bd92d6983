import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { startTestRedis } from '../cache/redis-server.ts';
import { updateProduct } from '../kit/catalog-scene.ts';
import { type IsolatedDatabases, startIsolatedDatabases } from '../kit/isolated-databases.ts';
import { createRecordingQueue } from '../kit/recording-queue.ts';
import { callSubgraph, testSigningKey } from '../kit/subgraph-client.ts';
import { viewerOf } from '../kit/test-bed.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { openTestCache } from './two-catalogs.ts';

const PAGE = `query Page($id: ID!) { category(id: $id) { products(sort: PRICE_ASC, first: 50) { nodes { id title } } } }`;

const scope = new Scope();
let servers: IsolatedDatabases;
let databases: Databases;
let urls: string[];
let categoryId: bigint;
let productIds: string[];
const admin = viewerOf(1n, 'ADMIN');

beforeAll(async () => {
  servers = scope.own(await startIsolatedDatabases({ catalogReplicas: 1, shardReplicas: 0 }));
  databases = scope.own(
    await openDatabases({
      service: 'lagging-replica',
      readConfig: async () => servers.config,
      poolSize: 4,
      fleetProcesses: 1,
      statementTimeoutMs: 5_000,
      connectionTimeoutMs: 1_000,
      // However far it is behind, the replica stays in use: that alone must not be what keeps old rows out.
      maxReplicaLagMs: 600_000,
      onStatement: recordStatement,
    }),
  );
  const redis = scope.own(await startTestRedis());
  const startOne = async (): Promise<string> => {
    const subgraph = await startCatalogSubgraph({
      databases,
      queue: createRecordingQueue(),
      cache: scope.own(await openTestCache(redis)),
      logger: createTestLogger({ service: 'lagging-replica', level: 'fatal' }),
      host: '127.0.0.1',
      port: 0,
      signingKeys: [testSigningKey],
      isDevelopment: true,
    });
    return scope.own(subgraph).url;
  };
  urls = [await startOne(), await startOne()];
}, 60_000);
afterAll(() => scope.release());

async function onReplica(sql: string): Promise<void> {
  const [replica] = servers.catalog.replicas;
  if (replica === undefined) throw new Error('there is no replica');
  await withConnection(replica.adminUrlOf('catalog'), (client) => client.query(sql));
}

beforeEach(async () => {
  const [category = 0n, ...products] = await databases.newIds(CATALOG_LOGICAL_SHARD, 4);
  categoryId = category;
  productIds = products.map((id) => encodeId('product', id));
  await databases
    .catalog()
    .category.create({ data: { id: category, slug: String(category), name: 'Late', position: 0 } });
  await databases.catalog().product.createMany({
    data: products.map((id, index) => ({
      id,
      merchantId: 1n,
      categoryId,
      title: `old ${index}`,
      description: 'Useful.',
      priceMinor: BigInt(index),
      currency: 'EUR',
      weightGrams: 1,
    })),
  });
  await servers.waitForReplicas();
  for (const instance of [0, 1]) expect((await readPage(instance)).titles).toEqual(['old 0', 'old 1', 'old 2']);
  await onReplica('SELECT pg_wal_replay_pause()');
});
afterEach(() => onReplica('SELECT pg_wal_replay_resume()'));

async function readPage(instance: number): Promise<{ titles: string[]; roles: string[] }> {
  const variables = { id: encodeId('category', categoryId) };
  const { data, errors, statements } = await callSubgraph(urls[instance] ?? '', {
    subgraph: 'catalog',
    query: PAGE,
    variables,
  });
  expect(errors).toEqual([]);
  return {
    titles: data.category.products.nodes.map(({ title }: { title: string }) => title),
    roles: statements.map(({ role }) => role),
  };
}

async function change(instance: number, input: Record<string, unknown>): Promise<void> {
  const { data } = await callSubgraph(urls[instance] ?? '', {
    subgraph: 'catalog',
    query: updateProduct,
    variables: { input },
    viewer: admin,
  });
  expect(data.updateProduct.__typename).toBe('UpdateProductSuccess');
}

it('a list that changed is read where the change was committed, by whichever process reads it next, and stays true', async () => {
  const [first, , third] = productIds;
  await change(0, { id: third, status: 'WITHDRAWN' });
  await change(0, { id: first, price: { minorUnits: 500, currency: 'EUR' } });
  const own = await readPage(0);
  expect(own).toEqual({ titles: ['old 1', 'old 0'], roles: ['primary'] });
  expect((await readPage(1)).titles).toEqual(['old 1', 'old 0']);
  for (const instance of [0, 1]) expect(await readPage(instance)).toEqual({ titles: ['old 1', 'old 0'], roles: [] });
});

it('of many changes at once the last one is what every process shows, though no replica has any of them', async () => {
  const [id] = productIds;
  await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      await change(index % 2, { id, title: `new ${index}` });
      await readPage((index + 1) % 2);
    }),
  );
  const last = await databases
    .catalog()
    .$primary()
    .product.findFirst({ where: { categoryId }, orderBy: { id: 'asc' } });
  for (const instance of [0, 1]) {
    for (let time = 0; time < 3; time += 1) expect((await readPage(instance)).titles[0]).toBe(last?.title);
  }
});
