import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import type { Cache } from '@tributary/runtime/cache/cache';
import { cacheInvalidated } from '@tributary/runtime/cache-invalidation/events';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import type { Queue } from '@tributary/runtime/queue/queue';
import { startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { startTestRedis } from '../cache/redis-server.ts';
import { updateProduct } from '../kit/catalog-scene.ts';
import { untilEventsAreHandled } from '../kit/events-handled.ts';
import { eventually } from '../kit/eventually.ts';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';
import { openTestCache } from './two-catalogs.ts';

/** As `cacheInvalidated` states it. */
const BOUND_MS = 3_000;
const READ = 'query Read($id: ID!) { product(id: $id) { title } }';

const scope = new Scope();
let bed: TestBed;
let id: string;
let dyingUrl: string;
let livingUrl: string;
const published: unknown[] = [];

beforeAll(async () => {
  bed = scope.own(await startTestBed('lost_invalidation'));
  id = await insertProduct();
  const redis = scope.own(await startTestRedis());
  const queue = scope.own(createPostgresQueue({ databases: bed.databases, onError: () => undefined }));
  const observed: Queue = {
    ...queue,
    publish: async (events) => {
      published.push(...events.map((event) => cacheInvalidated.parse(event)));
      await queue.publish(events);
    },
  };
  const startOne = async (options: { cache: Cache; queue: Queue }): Promise<string> =>
    scope.own(await startCatalogSubgraph({ ...bed.options, ...options })).url;
  livingUrl = await startOne({ cache: scope.own(await openTestCache(redis)), queue: observed });
  dyingUrl = await startOne({ cache: deadAfterCommits(scope.own(await openTestCache(redis))), queue: deadQueue });
}, 60_000);
afterAll(() => scope.release());

async function insertProduct(): Promise<string> {
  const [categoryId = 0n, productId = 0n] = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, 2);
  const catalog = bed.databases.catalog();
  await catalog.category.create({ data: { id: categoryId, slug: 'light', name: 'Light', position: 0 } });
  const words = { title: 'Lamp', description: 'Gives light.', currency: 'EUR' };
  await catalog.product.create({
    data: { id: productId, merchantId: 1n, categoryId, ...words, priceMinor: 1n, weightGrams: 1 },
  });
  await bed.test.waitForReplicas();
  return encodeId('product', productId);
}

const die = (): Promise<never> => Promise.reject(new Error('this process has ended'));

/** The cache of a process that commits, and is no more when it should tell the others. */
function deadAfterCommits(cache: Cache): Cache {
  return { ...cache, write: die, invalidate: die };
}

/** Nor does such a process relay or consume anything. */
const deadQueue: Queue = {
  publish: die,
  subscribe: async () => ({ stop: async () => undefined }),
  close: async () => undefined,
};

it('what a writer did not live to invalidate is invalidated by its event', async () => {
  const readTitle = async (url: string): Promise<string> =>
    (await callSubgraph(url, { subgraph: 'catalog', query: READ, variables: { id } })).data.product.title;
  const old = await readTitle(livingUrl);

  const variables = { input: { id, title: 'Written, and not told' } };
  const { data } = await callSubgraph(dyingUrl, {
    subgraph: 'catalog',
    query: updateProduct,
    variables,
    viewer: viewerOf(1n, 'ADMIN'),
  });
  expect(data.updateProduct.__typename).toBe('UpdateProductSuccess');
  expect(old).not.toBe('Written, and not told');
  await eventually(
    () => readTitle(livingUrl),
    (title) => title === 'Written, and not told',
    { limitMs: BOUND_MS },
  );

  await untilEventsAreHandled(bed.config);
  expect(published).toEqual([{ database: 'catalog', tags: [`product:${id}`, 'products'] }]);
});
