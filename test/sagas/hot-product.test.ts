import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startInventorySubgraph } from '@tributary/subgraph-inventory/subgraph';
import { startOrdersSubgraph } from '@tributary/subgraph-orders/subgraph';
import { untilEventsAreHandled } from '../kit/events-handled.ts';
import { inputOf, lineOf, placeOrder } from '../kit/orders-scene.ts';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';
import { readSagaLedger } from './saga-ledger.ts';

const BUYERS = 120;
const UNITS = 12;
const AT_ONCE = 20;
const PRICE_MINOR = 1_999;

const scope = new Scope();
let bed: TestBed;
const orderUrls: string[] = [];

beforeAll(async () => {
  bed = scope.own(await startTestBed('hot_product'));
  const { databases, options } = bed;
  // Two processes of each, as far as queue, relays and consumers are concerned.
  for (const _ of [1, 2]) {
    const queue = scope.own(createPostgresQueue({ databases, onError: (error) => console.error(error) }));
    scope.own(await startInventorySubgraph({ ...options, queue }));
    orderUrls.push(scope.own(await startOrdersSubgraph({ ...options, queue })).url);
  }
}, 120_000);
afterAll(() => scope.release());

/** A product on sale with so many units. */
async function newProduct(available: number): Promise<{ id: bigint; priceMinor: number }> {
  const { databases } = bed;
  const id = await databases.newId(CATALOG_LOGICAL_SHARD);
  const texts = { title: 'Lamp', description: 'Gives light.', currency: 'EUR' };
  const product = { id, merchantId: 1n, categoryId: 1n, priceMinor: BigInt(PRICE_MINOR), weightGrams: 500, ...texts };
  await databases.catalog().product.create({ data: product });
  await databases.catalog().stock.create({ data: { productId: id, merchantId: 1n, available } });
  return { id, priceMinor: PRICE_MINOR };
}

it('a product that everybody wants is sold to the last unit and no further, without a deadlock', async () => {
  const [hot, warm] = [await newProduct(UNITS), await newProduct(2 * UNITS)];
  let next = 0;
  const buy = async () => {
    for (let index = next++; index < BUYERS; index = next++) {
      // Of both shards in turn, and with the same two products in either order.
      const buyer = viewerOf(await bed.databases.newId(index % 2 === 0 ? 0 : 1022));
      const lines = index % 3 === 0 ? [lineOf(hot), lineOf(warm)] : [lineOf(warm), lineOf(hot)];
      const request = { query: placeOrder, variables: { input: inputOf(lines) }, viewer: buyer };
      const { errors } = await callSubgraph(orderUrls[index % 2] ?? '', { subgraph: 'orders', ...request });
      expect(errors).toEqual([]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, buy));
  await untilEventsAreHandled(bed.config, undefined, { limitMs: 90_000 });

  const units = new Map([
    [hot.id, UNITS],
    [warm.id, 2 * UNITS],
  ]);
  const { statuses, contradictions, deadlocks } = await readSagaLedger(bed.config, units);
  expect(statuses).toEqual({ CONFIRMED: UNITS, REJECTED: BUYERS - UNITS });
  expect(contradictions).toEqual([]);
  expect(deadlocks).toBe(0);
}, 120_000);
