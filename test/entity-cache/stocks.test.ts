import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startInventorySubgraph } from '@tributary/subgraph-inventory/subgraph';
import { startTestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { eventOf, orderCancelled, orderPlaced } from '../kit/order-events.ts';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';
import { openTestCache } from './two-catalogs.ts';

const READ = `query Stocks($ids: [_Any!]!) { _entities(representations: $ids) { ... on Product { stock { available } } } }`;
const ADJUST = 'mutation Adjust($input: AdjustStockInput!) { adjustStock(input: $input) { __typename } }';

const scope = new Scope();
let bed: TestBed;
let urls: string[];

beforeAll(async () => {
  bed = scope.own(await startTestBed('cached_stocks'));
  const redis = scope.own(await startTestRedis());
  const startOne = async () => {
    const cache = scope.own(await openTestCache(redis));
    // Long enough that nothing of this test is fresh by time.
    return scope.own(await startInventorySubgraph({ ...bed.options, cache, lifetime: { ttlMs: 60_000 } })).url;
  };
  urls = [await startOne(), await startOne()];
}, 60_000);
afterAll(() => scope.release());

/** What a process shows of products, and how many statements it took. */
async function read(instance: number, ids: readonly bigint[]): Promise<{ available: number[]; statements: number }> {
  const variables = { ids: ids.map((id) => ({ __typename: 'Product', id: encodeId('product', id) })) };
  const { data, errors, statements } = await callSubgraph(urls[instance] ?? '', {
    subgraph: 'inventory',
    query: READ,
    variables,
  });
  expect(errors).toEqual([]);
  const available = data._entities.map(({ stock }: { stock: { available: number } }) => stock.available);
  return { available, statements: statements.length };
}

/** Both processes show so many units, and read nothing for it. */
async function expectKept(ids: readonly bigint[], available: readonly number[]): Promise<void> {
  for (const instance of [0, 1]) {
    const shown = await eventually(
      () => read(instance, ids),
      (stocks) => stocks.available.join() === available.join(),
      { limitMs: 500 },
    );
    expect(shown.statements).toBe(0);
  }
}

async function newProducts(...available: number[]): Promise<bigint[]> {
  const ids = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, available.length);
  const data = ids.map((productId, index) => ({ productId, merchantId: 1n, available: available[index] ?? 0 }));
  await bed.databases.catalog().stock.createMany({ data });
  await bed.test.waitForReplicas();
  expect(await read(0, ids)).toEqual({ available, statements: 1 });
  return ids;
}

it('a stock that was adjusted is shown by all processes, and no statement reads it', async () => {
  const ids = await newProducts(5, 7);
  const input = { idempotencyKey: randomUUID(), productId: encodeId('product', ids[0] ?? 0n), delta: 10 };
  const request = { subgraph: 'inventory', query: ADJUST, variables: { input }, viewer: viewerOf(1n, 'ADMIN') };
  const { data, errors } = await callSubgraph(urls[0] ?? '', request);
  expect(errors).toEqual([]);
  expect(data.adjustStock.__typename).toBe('AdjustStockSuccess');
  await expectKept(ids, [15, 7]);
});

it('so is one that an order holds, and holds no more', async () => {
  const ids = await newProducts(5, 7, 9);
  const orderId = await bed.databases.newId(3);
  const [first = 0n, second = 0n] = ids;
  await bed.queue.deliver(
    orderPlaced(orderId, [
      [first, 2],
      [second, 3],
    ]),
  );
  await expectKept(ids, [3, 4, 9]);
  await bed.queue.deliver(orderCancelled(orderId));
  await expectKept(ids, [5, 7, 9]);
});

it('a product without a stock is known to have none, until its stock is opened', async () => {
  const id = await bed.databases.newId(CATALOG_LOGICAL_SHARD);
  expect(await read(0, [id])).toEqual({ available: [0], statements: 1 });
  await expectKept([id], [0]);
  const payload = { productId: encodeId('product', id), merchantId: encodeId('user', 1n), initialStock: 4 };
  await bed.queue.deliver(eventOf('ProductPublished', id, payload));
  expect((await read(0, [id])).available).toEqual([4]);
  await expectKept([id], [4]);
});
