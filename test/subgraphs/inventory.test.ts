import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startInventorySubgraph } from '@tributary/subgraph-inventory/subgraph';
import { eventOf, orderCancelled, orderPlaced, rejected, reserved } from '../kit/order-events.ts';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';

const readStocks = `query Stocks($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Product { id stock { available isInStock reserved } } }
}`;
const readPublicStocks = readStocks.replace(' reserved', '');
const adjustStock = `mutation Adjust($input: AdjustStockInput!) {
  adjustStock(input: $input) {
    __typename
    ... on AdjustStockSuccess { product { id stock { available reserved } } }
    ... on InsufficientStock { code message available }
  }
}`;

let bed: TestBed;
let subgraph: { url: string; stop(): Promise<void> };
let merchantId: bigint;
let buyerId: bigint;
let merchant: Viewer;
let admin: Viewer;

beforeAll(async () => {
  bed = await startTestBed('inventory');
  subgraph = await startInventorySubgraph(bed.options);
  [merchantId = 0n, buyerId = 0n] = await bed.databases.newIds(3, 2);
  merchant = viewerOf(merchantId, 'MERCHANT');
  admin = viewerOf(buyerId, 'ADMIN');
}, 60_000);

afterAll(async () => {
  await subgraph?.stop();
  await bed?.stop();
});

/** Asks once the replicas have what was written before. */
async function ask(query: string, variables: Record<string, unknown> = {}, viewer: Viewer | null = null) {
  await bed.test.waitForReplicas();
  return callSubgraph(subgraph.url, { subgraph: 'inventory', query, variables, viewer });
}

const newProductId = () => bed.databases.newId(CATALOG_LOGICAL_SHARD);
const newOrderId = () => bed.databases.newId(3);

/** Products with a stock of so many units each, in the order of their ids. */
async function newProducts(...available: number[]): Promise<bigint[]> {
  const ids = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, available.length);
  const data = ids.map((productId, index) => ({ productId, merchantId, available: available[index] ?? 0 }));
  await bed.databases.catalog().stock.createMany({ data });
  return ids;
}

async function stockOf(...productIds: bigint[]): Promise<[available: number, reserved: number][]> {
  const rows = await bed.databases
    .catalog()
    .$primary()
    .stock.findMany({ where: { productId: { in: productIds } } });
  const rowOf = new Map(rows.map((row) => [row.productId, row]));
  return productIds.map((id) => [rowOf.get(id)?.available ?? -1, rowOf.get(id)?.reserved ?? -1]);
}

/** What was published about an order. A later event that has arrived proves that nothing of before is still to come. */
async function publishedAbout(orderId: bigint): Promise<{ name: string; payload: JsonObject }[]> {
  const marker = await newOrderId();
  await bed.queue.deliver(orderPlaced(marker, [[await newProductId(), 1]]));
  await bed.queue.waitFor(({ aggregateId }) => aggregateId === marker);
  return bed.queue.published
    .filter(({ aggregateId }) => aggregateId === orderId)
    .map(({ name, payload }) => ({ name, payload }));
}

const representationsOf = (productIds: readonly bigint[]) =>
  productIds.map((id) => ({ __typename: 'Product', id: encodeId('product', id) }));

describe('Product.stock', () => {
  it('is read for all products in one statement, and is empty for a product that has none yet', async () => {
    const ids = [...(await newProducts(3, 0)), await newProductId()];
    const { data, errors, statements, loaderBatches } = await ask(readPublicStocks, {
      representations: representationsOf(ids),
    });
    expect(errors).toEqual([]);
    expect(data._entities.map(({ stock }: { stock: object }) => stock)).toEqual([
      { available: 3, isInStock: true },
      { available: 0, isInStock: false },
      { available: 0, isInStock: false },
    ]);
    expect(loaderBatches).toEqual([{ loader: 'stockByProductId', group: 'catalog', keys: 3 }]);
    expect(statements).toHaveLength(1);
  });

  it('shows what is reserved to the merchant and to administrators alone', async () => {
    const [id = 0n] = await newProducts(3);
    await bed.queue.deliver(orderPlaced(await newOrderId(), [[id, 2]]));
    const asked = async (viewer: Viewer | null) => {
      const { data, errors } = await ask(readStocks, { representations: representationsOf([id]) }, viewer);
      return [data._entities[0].stock.reserved, ...errors.map(({ extensions }) => extensions.code)];
    };
    expect(await asked(merchant)).toEqual([2]);
    expect(await asked(admin)).toEqual([2]);
    expect(await asked(viewerOf(buyerId))).toEqual([null, 'FORBIDDEN']);
    expect(await asked(viewerOf(buyerId, 'MERCHANT'))).toEqual([null, 'FORBIDDEN']);
    expect(await asked(null)).toEqual([null, 'UNAUTHENTICATED']);
  });

  it('refuses an id of another type without failing the other products', async () => {
    const [id = 0n] = await newProducts(1);
    const representations = [{ __typename: 'Product', id: merchant.userId }, ...representationsOf([id])];
    const { data, errors } = await ask(readPublicStocks, { representations });
    expect(data._entities).toEqual([null, expect.objectContaining({ stock: { available: 1, isInStock: true } })]);
    expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'INVALID_ID' } }]);
  });
});

describe('Product.shippingEstimate', () => {
  it('is worked out from the weight and the price that the gateway sends along, without the database', async () => {
    const price = { minorUnits: 20_000, currency: 'CHF' };
    const representations = representationsOf([await newProductId()]).map((product) => ({
      ...product,
      weightGrams: 1_200,
      price,
    }));
    const query = `query Estimate($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Product {
        home: shippingEstimate(country: "DE") { minorUnits currency }
        far: shippingEstimate(country: "NZ") { minorUnits currency }
      }
    } }`;
    const { data, errors, statements } = await ask(query, { representations });
    expect(errors).toEqual([]);
    expect(data._entities).toEqual([
      { home: { minorUnits: 570, currency: 'CHF' }, far: { minorUnits: 3_050, currency: 'CHF' } },
    ]);
    expect(statements).toEqual([]);
  });
});

describe('a published product', () => {
  it('gets its stock, once however often the event arrives', async () => {
    const id = await newProductId();
    const payload = { productId: encodeId('product', id), merchantId: merchant.userId, initialStock: 7 };
    const event = eventOf('ProductPublished', id, payload);
    await bed.queue.deliver(event);
    await bed.queue.deliver(event);
    await bed.queue.deliver(orderPlaced(await newOrderId(), [[id, 2]]));
    await bed.queue.deliver(eventOf('ProductPublished', id, payload));
    expect(await stockOf(id)).toEqual([[5, 2]]);
  });
});

describe('a placed order', () => {
  it('gets all its items reserved, once however often the event arrives', async () => {
    const [first = 0n, second = 0n] = await newProducts(5, 1);
    const orderId = await newOrderId();
    const event = orderPlaced(orderId, [
      [second, 1],
      [first, 3],
    ]);
    await Promise.all([bed.queue.deliver(event), bed.queue.deliver(event)]);
    expect(await stockOf(first, second)).toEqual([
      [2, 3],
      [0, 1],
    ]);
    expect(await publishedAbout(orderId)).toEqual([reserved(orderId)]);
  });

  it('gets nothing reserved when one item is short, and hears which', async () => {
    const [enough = 0n, short = 0n] = await newProducts(5, 1);
    const unknown = await newProductId();
    const orderId = await newOrderId();
    await bed.queue.deliver(
      orderPlaced(orderId, [
        [enough, 1],
        [short, 2],
        [unknown, 1],
      ]),
    );
    expect(await stockOf(enough, short)).toEqual([
      [5, 0],
      [1, 0],
    ]);
    expect(await publishedAbout(orderId)).toEqual([rejected(orderId, short, unknown)]);
  });

  it('never takes more than there is, with many orders for the same products in every order at once', async () => {
    const [first = 0n, second = 0n] = await newProducts(10, 10);
    const orderIds = await bed.databases.newIds(3, 24);
    const events = orderIds.map((orderId, index) => {
      const lines: [bigint, number][] = [
        [first, 1],
        [second, 1],
      ];
      return orderPlaced(orderId, index % 2 === 0 ? lines : lines.reverse());
    });
    await Promise.all(events.map((event) => bed.queue.deliver(event)));
    expect(await stockOf(first, second)).toEqual([
      [0, 10],
      [0, 10],
    ]);
    const outcomes = (await Promise.all(orderIds.map(publishedAbout))).flat().map(({ name }) => name);
    expect(outcomes.filter((name) => name === 'StockReserved')).toHaveLength(10);
    expect(outcomes.filter((name) => name === 'StockRejected')).toHaveLength(14);
  });

  it('is left for another attempt when its payload is not what was agreed', async () => {
    const orderId = await newOrderId();
    const event = eventOf('OrderPlaced', orderId, { orderId: encodeId('order', orderId), lines: [] });
    await expect(bed.queue.deliver(event)).rejects.toThrow('does not fit OrderPlaced version 1');
    const inbox = await bed.databases
      .catalog()
      .$primary()
      .inboxEvent.count({ where: { eventId: event.id } });
    expect(inbox).toBe(0);
  });
});

describe('a cancelled order', () => {
  it('gives its items back once', async () => {
    const [first = 0n, second = 0n] = await newProducts(5, 5);
    const orderId = await newOrderId();
    await bed.queue.deliver(
      orderPlaced(orderId, [
        [first, 2],
        [second, 5],
      ]),
    );
    await bed.queue.deliver(orderCancelled(orderId));
    await bed.queue.deliver(orderCancelled(orderId));
    expect(await stockOf(first, second)).toEqual([
      [5, 0],
      [5, 0],
    ]);
    expect(await publishedAbout(orderId)).toEqual([reserved(orderId)]);
  });

  it('is never reserved when its cancellation arrives first', async () => {
    const [id = 0n] = await newProducts(5);
    const orderId = await newOrderId();
    await bed.queue.deliver(orderCancelled(orderId));
    await bed.queue.deliver(orderPlaced(orderId, [[id, 2]]));
    expect(await stockOf(id)).toEqual([[5, 0]]);
    expect(await publishedAbout(orderId)).toEqual([]);
  });

  it('gives nothing back when it had been rejected', async () => {
    const [id = 0n] = await newProducts(1);
    const orderId = await newOrderId();
    await bed.queue.deliver(orderPlaced(orderId, [[id, 2]]));
    await bed.queue.deliver(orderCancelled(orderId));
    expect(await stockOf(id)).toEqual([[1, 0]]);
  });

  it('leaves every unit accounted for when cancellations and orders meet', async () => {
    const [first = 0n, second = 0n] = await newProducts(6, 6);
    const orderIds = await bed.databases.newIds(3, 12);
    const events = orderIds.flatMap((orderId, index) => {
      const lines: [bigint, number][] = [
        [first, 1],
        [second, 2],
      ];
      return [orderPlaced(orderId, index % 2 === 0 ? lines : lines.reverse()), orderCancelled(orderId)];
    });
    await Promise.all(events.map((event) => bed.queue.deliver(event)));
    expect(await stockOf(first, second)).toEqual([
      [6, 0],
      [6, 0],
    ]);
  });
});

describe('adjustStock', () => {
  const inputOf = (productId: bigint, delta: number, idempotencyKey: string = randomUUID()) => ({
    idempotencyKey,
    productId: encodeId('product', productId),
    delta,
  });

  it('adds and takes out units, and answers the stock as it is then', async () => {
    const [id = 0n] = await newProducts(5);
    const added = await ask(adjustStock, { input: inputOf(id, 10) }, merchant);
    expect(added.errors).toEqual([]);
    expect(added.data.adjustStock).toEqual({
      __typename: 'AdjustStockSuccess',
      product: { id: encodeId('product', id), stock: { available: 15, reserved: 0 } },
    });
    const taken = await ask(adjustStock, { input: inputOf(id, -15) }, admin);
    expect(taken.data.adjustStock.product.stock.available).toBe(0);
    expect(await stockOf(id)).toEqual([[0, 0]]);
  });

  it('acts once for a key, also when the same request comes several times at once', async () => {
    const [id = 0n] = await newProducts(5);
    const input = inputOf(id, 1);
    const answers = await Promise.all([1, 2, 3].map(() => ask(adjustStock, { input }, merchant)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await stockOf(id)).toEqual([[6, 0]]);
    const other = await ask(adjustStock, { input: { ...input, delta: 2 } }, merchant);
    expect(other.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
    expect(await stockOf(id)).toEqual([[6, 0]]);
  });

  it('refuses to take out more than is available, and answers that again for the same key', async () => {
    const [id = 0n] = await newProducts(5);
    const input = inputOf(id, -6);
    const refusal = {
      __typename: 'InsufficientStock',
      code: 'INSUFFICIENT_STOCK',
      message: 'Only 5 units are available',
      available: 5,
    };
    expect((await ask(adjustStock, { input }, merchant)).data.adjustStock).toEqual(refusal);
    await ask(adjustStock, { input: inputOf(id, 5) }, merchant);
    expect((await ask(adjustStock, { input }, merchant)).data.adjustStock).toEqual(refusal);
    expect(await stockOf(id)).toEqual([[10, 0]]);
  });

  it("is refused for another merchant's product, for an unknown one, and for a change that cannot be", async () => {
    const [id = 0n] = await newProducts(5);
    const codeOf = async (input: Record<string, unknown>, viewer: Viewer | null) =>
      (await ask(adjustStock, { input }, viewer)).errors.map(({ extensions }) => extensions.code);
    expect(await codeOf(inputOf(id, 1), viewerOf(buyerId, 'MERCHANT'))).toEqual(['FORBIDDEN']);
    expect(await codeOf(inputOf(id, 1), null)).toEqual(['UNAUTHENTICATED']);
    expect(await codeOf(inputOf(await newProductId(), 1), merchant)).toEqual(['NOT_FOUND']);
    expect(await codeOf(inputOf(id, 0), merchant)).toEqual(['BAD_USER_INPUT']);
    expect(await codeOf(inputOf(id, 2_000_000_000), merchant)).toEqual(['BAD_USER_INPUT']);
    expect(await codeOf({ ...inputOf(id, 1), productId: merchant.userId }, merchant)).toEqual(['INVALID_ID']);
    expect(await stockOf(id)).toEqual([[5, 0]]);
  });
});
