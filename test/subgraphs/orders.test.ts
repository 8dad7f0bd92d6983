import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startOrdersSubgraph } from '@tributary/subgraph-orders/subgraph';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';

const orderFields = `
  id status placedAt updatedAt shippingCountry
  total { minorUnits currency }
  items { quantity product { id } unitPrice { minorUnits currency } lineTotal { minorUnits currency } }
  buyer { id }
  rejection { code message products { id } }`;
const placeOrder = `mutation Place($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on PlaceOrderSuccess { order { ${orderFields} } }
    ... on Refusal { code message }
    ... on PriceChanged { changes { product { id } expected { minorUnits currency } actual { minorUnits currency } } }
    ... on ProductsUnavailable { productIds }
  }
}`;
const cancelOrder = `mutation Cancel($id: ID!) {
  cancelOrder(id: $id) {
    __typename
    ... on CancelOrderSuccess { order { id status } }
    ... on OrderNotCancellable { code message order { id status } }
  }
}`;
const readOrder = `query Read($id: ID!) { order(id: $id) { ${orderFields} } }`;
const ordersOfUsers = `query OrdersOfUsers($users: [_Any!]!, $first: Int, $after: String, $status: OrderStatus) {
  _entities(representations: $users) {
    ... on User {
      id
      orders(first: $first, after: $after, status: $status) {
        edges { cursor node { id } }
        nodes { id status items { quantity product { id } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
}`;

interface OrderedProduct {
  id: bigint;
  priceMinor: number;
}

let bed: TestBed;
let subgraph: { url: string; stop(): Promise<void> };
let admin: Viewer;

beforeAll(async () => {
  bed = await startTestBed('orders');
  subgraph = await startOrdersSubgraph(bed.options);
  admin = viewerOf(await newUser(0), 'ADMIN');
}, 120_000);

afterAll(async () => {
  await subgraph?.stop();
  await bed?.stop();
});

afterEach(() => bed.test.waitForReplicas());

const ask = (query: string, variables: Record<string, unknown>, viewer: Viewer | null = null) =>
  callSubgraph(subgraph.url, { query, variables, viewer });

/** The id of a user on a logical shard: 0 is in the first database, 1022 in the last. */
async function newUser(logicalShard: number): Promise<bigint> {
  const [id] = await bed.databases.newIds(logicalShard, 1);
  if (id === undefined) throw new Error('no id');
  return id;
}

async function newProduct(priceMinor: number): Promise<OrderedProduct> {
  const [id, merchantId] = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, 2);
  if (id === undefined || merchantId === undefined) throw new Error('no id');
  const texts = { title: 'Lamp', description: 'Gives light.', currency: 'EUR' };
  const product = { id, merchantId, categoryId: 1n, priceMinor: BigInt(priceMinor), weightGrams: 500, ...texts };
  await bed.databases.catalog().product.create({ data: product });
  return { id, priceMinor };
}

async function setPrice({ id }: OrderedProduct, priceMinor: number): Promise<void> {
  await bed.databases.catalog().product.update({ where: { id }, data: { priceMinor } });
}

function lineOf({ id, priceMinor }: OrderedProduct, quantity = 1) {
  return {
    productId: encodeId('product', id),
    quantity,
    expectedUnitPrice: { minorUnits: priceMinor, currency: 'EUR' },
  };
}

function inputOf(lines: ReturnType<typeof lineOf>[], idempotencyKey: string = randomUUID()) {
  return { idempotencyKey, lines, shippingCountry: 'DE' };
}

async function place(buyer: Viewer, product: OrderedProduct) {
  const { data, errors } = await ask(placeOrder, { input: inputOf([lineOf(product)]) }, buyer);
  expect(errors).toEqual([]);
  return data.placeOrder.order;
}

async function countOrders(buyerId: bigint): Promise<number> {
  return bed.databases.shardOf(buyerId).$primary().order.count({ where: { buyerId } });
}

function publishedAbout(orderId: string) {
  return bed.queue.published.filter(({ payload }) => payload['orderId'] === orderId);
}

async function deliver(name: string, payload: JsonObject, eventId: bigint): Promise<void> {
  await bed.queue.deliver({ id: eventId, name, version: 1, aggregateId: 1n, payload, occurredAt: new Date() });
}

async function newEventId(): Promise<bigint> {
  return newUser(CATALOG_LOGICAL_SHARD);
}

describe('placeOrder', () => {
  it('writes a PENDING order with the catalog’s prices and announces it once', async () => {
    const buyerId = await newUser(0);
    const [lamp, table] = [await newProduct(1999), await newProduct(25_000)];
    const lines = [lineOf(table, 1), lineOf(lamp, 3)];

    const { data, errors } = await ask(placeOrder, { input: inputOf(lines) }, viewerOf(buyerId));

    expect(errors).toEqual([]);
    const { order } = data.placeOrder;
    expect(data.placeOrder.__typename).toBe('PlaceOrderSuccess');
    expect(order).toMatchObject({
      status: 'PENDING',
      shippingCountry: 'DE',
      total: { minorUnits: 30_997, currency: 'EUR' },
      buyer: { id: encodeId('user', buyerId) },
      rejection: null,
    });
    expect(order.items).toEqual([
      expect.objectContaining({ quantity: 1, lineTotal: { minorUnits: 25_000, currency: 'EUR' } }),
      expect.objectContaining({ quantity: 3, lineTotal: { minorUnits: 5_997, currency: 'EUR' } }),
    ]);
    const event = await bed.queue.waitFor(({ payload }) => payload['orderId'] === order.id);
    expect(event).toMatchObject({ name: 'OrderPlaced', version: 1 });
    expect(event.payload).toEqual({
      orderId: order.id,
      buyerId: encodeId('user', buyerId),
      lines: lines.map(({ productId, quantity }) => ({ productId, quantity })),
    });
  });

  it('keeps the order on the shard that its buyer’s id names, and on no other', async () => {
    const buyerId = await newUser(1022);
    await place(viewerOf(buyerId), await newProduct(100));
    const counts = await Promise.all(
      bed.databases.allShards().map(async ({ name, client }) => {
        return [name, await client.$primary().order.count({ where: { buyerId } })] as const;
      }),
    );
    const expected = bed.databases
      .allShards()
      .map(({ name }) => [name, Number(name === bed.databases.databaseNameOf(buyerId))]);
    expect(counts).toEqual(expected);
  });

  it('acts once for one key, even when the price has changed since', async () => {
    const buyer = await newUser(0);
    const lamp = await newProduct(1999);
    const input = inputOf([lineOf(lamp)]);
    const first = await ask(placeOrder, { input }, viewerOf(buyer));
    await setPrice(lamp, 2999);

    const second = await ask(placeOrder, { input }, viewerOf(buyer));

    expect(second.data).toEqual(first.data);
    expect(second.data.placeOrder.__typename).toBe('PlaceOrderSuccess');
    expect(await countOrders(buyer)).toBe(1);
  });

  it('acts once when the same key arrives many times at once', async () => {
    const buyer = await newUser(0);
    const input = inputOf([lineOf(await newProduct(1999))]);

    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(placeOrder, { input }, viewerOf(buyer))));

    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(answers.map(({ data }) => data.placeOrder.order.id)).size).toBe(1);
    expect(await countOrders(buyer)).toBe(1);
  });

  it('refuses a key that was used for another order', async () => {
    const buyer = viewerOf(await newUser(0));
    const [lamp, key] = [await newProduct(1999), randomUUID()];
    await ask(placeOrder, { input: inputOf([lineOf(lamp, 1)], key) }, buyer);
    const { errors } = await ask(placeOrder, { input: inputOf([lineOf(lamp, 2)], key) }, buyer);
    expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  });

  it('refuses a price that the buyer did not see, and does not remember the refusal under the key', async () => {
    const buyer = await newUser(0);
    const lamp = await newProduct(2999);
    const input = inputOf([lineOf({ ...lamp, priceMinor: 1999 })]);

    const refused = await ask(placeOrder, { input }, viewerOf(buyer));

    expect(refused.data.placeOrder).toEqual({
      __typename: 'PriceChanged',
      code: 'PRICE_CHANGED',
      message: expect.any(String),
      changes: [
        {
          product: { id: encodeId('product', lamp.id) },
          expected: { minorUnits: 1999, currency: 'EUR' },
          actual: { minorUnits: 2999, currency: 'EUR' },
        },
      ],
    });
    expect(await countOrders(buyer)).toBe(0);

    await setPrice(lamp, 1999);
    const accepted = await ask(placeOrder, { input }, viewerOf(buyer));
    expect(accepted.data.placeOrder.__typename).toBe('PlaceOrderSuccess');
  });

  it('refuses products that are withdrawn or unknown', async () => {
    const [lamp, withdrawn] = [await newProduct(1999), await newProduct(500)];
    await bed.databases.catalog().product.update({ where: { id: withdrawn.id }, data: { status: 'WITHDRAWN' } });
    const unknown = { id: await newUser(CATALOG_LOGICAL_SHARD), priceMinor: 1 };
    const lines = [lamp, withdrawn, unknown].map((product) => lineOf(product));

    const { data } = await ask(placeOrder, { input: inputOf(lines) }, viewerOf(await newUser(0)));

    expect(data.placeOrder).toEqual({
      __typename: 'ProductsUnavailable',
      code: 'PRODUCTS_UNAVAILABLE',
      message: expect.any(String),
      productIds: [encodeId('product', withdrawn.id), encodeId('product', unknown.id)],
    });
  });

  it('reads the prices in one statement on the primary', async () => {
    const lines = [await newProduct(1), await newProduct(2), await newProduct(3)].map((product) => lineOf(product));
    const { statements } = await ask(placeOrder, { input: inputOf(lines) }, viewerOf(await newUser(0)));
    const ofCatalog = statements.filter(({ database }) => database === 'catalog');
    expect(ofCatalog).toMatchObject([{ role: 'primary', rows: 3 }]);
  });

  it('refuses a caller who is not logged in', async () => {
    const { errors } = await ask(placeOrder, { input: inputOf([lineOf(await newProduct(1))]) });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it.each([
    ['no line', 'lines', () => []],
    ['51 lines', 'lines', (line: Line) => Array.from({ length: 51 }, () => line)],
    ['a product twice', 'lines.1.productId', (line: Line) => [line, line]],
    ['1,001 units', 'lines.0.quantity', (line: Line) => [{ ...line, quantity: 1_001 }]],
    [
      'two currencies',
      'lines.1.expectedUnitPrice.currency',
      (line: Line) => [
        line,
        { ...line, productId: encodeId('product', 1n), expectedUnitPrice: { minorUnits: 1, currency: 'USD' } },
      ],
    ],
  ])('refuses %s and names the field', async (_, field, linesOf: (line: Line) => Line[]) => {
    const input = inputOf(linesOf(lineOf(await newProduct(1))));
    const { errors } = await ask(placeOrder, { input }, viewerOf(await newUser(0)));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  it('refuses the id of something that is no product', async () => {
    const buyerId = await newUser(0);
    const input = inputOf([{ ...lineOf(await newProduct(1)), productId: encodeId('user', buyerId) }]);
    const { errors } = await ask(placeOrder, { input }, viewerOf(buyerId));
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_ID' } }]);
  });
});

type Line = ReturnType<typeof lineOf>;

describe('cancelOrder', () => {
  it('cancels a pending order and announces it once; a second time it is not cancellable', async () => {
    const buyer = viewerOf(await newUser(0));
    const { id } = await place(buyer, await newProduct(1999));

    const first = await ask(cancelOrder, { id }, buyer);
    const second = await ask(cancelOrder, { id }, buyer);

    expect(first.data.cancelOrder).toEqual({ __typename: 'CancelOrderSuccess', order: { id, status: 'CANCELLED' } });
    expect(second.data.cancelOrder).toMatchObject({
      __typename: 'OrderNotCancellable',
      code: 'ORDER_NOT_CANCELLABLE',
      order: { id, status: 'CANCELLED' },
    });
    await bed.queue.waitFor(({ name, payload }) => name === 'OrderCancelled' && payload['orderId'] === id);
    expect(publishedAbout(id).map(({ name }) => name)).toEqual(['OrderPlaced', 'OrderCancelled']);
  });

  it('knows no order of somebody else, nor one that does not exist', async () => {
    const [buyer, stranger] = [viewerOf(await newUser(0)), viewerOf(await newUser(0))];
    const { id } = await place(buyer, await newProduct(1999));
    for (const unknown of [id, encodeId('order', await newUser(1022))]) {
      const { errors } = await ask(cancelOrder, { id: unknown }, stranger);
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' }, message: 'You have no order with this id' }]);
    }
    await bed.test.waitForReplicas();
    expect((await ask(readOrder, { id }, buyer)).data.order.status).toBe('PENDING');
  });
});

describe('what inventory says of an order', () => {
  it('confirms it once when the event arrives twice', async () => {
    const buyer = viewerOf(await newUser(1022));
    const { id } = await place(buyer, await newProduct(1999));
    const eventId = await newEventId();

    await deliver('StockReserved', { orderId: id }, eventId);
    await deliver('StockReserved', { orderId: id }, eventId);

    await bed.test.waitForReplicas();
    expect((await ask(readOrder, { id }, buyer)).data.order.status).toBe('CONFIRMED');
    await bed.queue.waitFor(({ name, payload }) => name === 'OrderConfirmed' && payload['orderId'] === id);
    await ask(cancelOrder, { id }, buyer);
    await bed.queue.waitFor(({ name, payload }) => name === 'OrderCancelled' && payload['orderId'] === id);
    expect(publishedAbout(id).map(({ name }) => name)).toEqual(['OrderPlaced', 'OrderConfirmed', 'OrderCancelled']);
    const inbox = bed.databases.shardOf(decodeId('order', id)).$primary().inboxEvent;
    expect(await inbox.count({ where: { consumer: 'orders', eventId } })).toBe(1);
  });

  it('rejects it with the products of which there were too few', async () => {
    const buyer = viewerOf(await newUser(0));
    const lamp = await newProduct(1999);
    const { id } = await place(buyer, lamp);
    const productIds = [encodeId('product', lamp.id)];

    await deliver('StockRejected', { orderId: id, productIds }, await newEventId());

    await bed.test.waitForReplicas();
    expect((await ask(readOrder, { id }, buyer)).data.order).toMatchObject({
      status: 'REJECTED',
      rejection: { code: 'OUT_OF_STOCK', products: [{ id: productIds[0] }] },
    });
    const event = await bed.queue.waitFor(({ name, payload }) => name === 'OrderRejected' && payload['orderId'] === id);
    expect(event.payload).toEqual({ orderId: id, buyerId: buyer.userId, productIds });
  });

  it.each(['StockReserved', 'StockRejected'])('leaves a cancelled order cancelled: %s', async (name) => {
    const buyer = viewerOf(await newUser(0));
    const { id } = await place(buyer, await newProduct(1999));
    await ask(cancelOrder, { id }, buyer);

    await deliver(name, { orderId: id, productIds: [encodeId('product', 5n)] }, await newEventId());

    await bed.test.waitForReplicas();
    expect((await ask(readOrder, { id }, buyer)).data.order).toMatchObject({ status: 'CANCELLED', rejection: null });
  });
});

describe('an order', () => {
  it('is visible to its buyer and to administrators, and to others as if it were not there', async () => {
    const [buyer, stranger] = [viewerOf(await newUser(0)), viewerOf(await newUser(0))];
    const { id } = await place(buyer, await newProduct(1999));
    await bed.test.waitForReplicas();
    const entities = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Order { id status } } }`;
    for (const orderId of [id, encodeId('order', await newUser(0))]) {
      const isThere = orderId === id;
      const variables = { ids: [{ __typename: 'Order', id: orderId }] };
      const forViewer = async (viewer: Viewer) => [
        (await ask(readOrder, { id: orderId }, viewer)).data.order?.id ?? null,
        (await ask(entities, variables, viewer)).data._entities[0]?.id ?? null,
      ];
      expect(await forViewer(buyer)).toEqual(isThere ? [id, id] : [null, null]);
      expect(await forViewer(admin)).toEqual(isThere ? [id, id] : [null, null]);
      expect(await forViewer(stranger)).toEqual([null, null]);
    }
    expect((await ask(readOrder, { id })).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('says when it was placed by its id', async () => {
    const buyer = viewerOf(await newUser(0));
    const before = Date.now();
    const { placedAt, updatedAt } = await place(buyer, await newProduct(1999));
    for (const time of [placedAt, updatedAt]) expect(Math.abs(new Date(time).getTime() - before)).toBeLessThan(60_000);
  });

  it.each([
    ['a text', 'nonsense'],
    ['the id of a product', encodeId('product', 5n)],
    [
      'an id that no order can have',
      encodeId('order', composeId({ timeMs: Date.now(), logicalShard: CATALOG_LOGICAL_SHARD, sequence: 1 })),
    ],
  ])('is not looked for by %s', async (_, id) => {
    const { data, errors } = await ask(readOrder, { id }, admin);
    expect(data.order).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_ID' } }]);
  });
});

describe('User.orders', () => {
  it('is refused to other users, and to anonymous callers', async () => {
    const users = [{ __typename: 'User', id: encodeId('user', await newUser(0)) }];
    const stranger = await ask(ordersOfUsers, { users }, viewerOf(await newUser(0)));
    expect(stranger.data._entities).toEqual([{ id: users[0]?.id, orders: null }]);
    expect(stranger.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await ask(ordersOfUsers, { users })).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('pages through all orders, the newest first', async () => {
    const buyer = viewerOf(await newUser(0));
    const lamp = await newProduct(1999);
    const placed: string[] = [];
    for (let index = 0; index < 5; index += 1) placed.unshift((await place(buyer, lamp)).id);
    await bed.test.waitForReplicas();

    const seen: string[] = [];
    const flags: boolean[][] = [];
    let after: string | null = null;
    do {
      const users = [{ __typename: 'User', id: buyer.userId }];
      const { data } = await ask(ordersOfUsers, { users, first: 2, after }, buyer);
      const { nodes, pageInfo } = data._entities[0].orders;
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      flags.push([pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);

    expect(seen).toEqual(placed);
    expect(flags).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  it('shows only those with a status when asked', async () => {
    const buyer = viewerOf(await newUser(0));
    const lamp = await newProduct(1999);
    const [kept, cancelled] = [await place(buyer, lamp), await place(buyer, lamp)];
    await ask(cancelOrder, { id: cancelled.id }, buyer);
    await bed.test.waitForReplicas();
    const users = [{ __typename: 'User', id: buyer.userId }];
    const idsOf = async (status: string | null) => {
      const { data } = await ask(ordersOfUsers, { users, status }, buyer);
      return data._entities[0].orders.nodes.map(({ id }: { id: string }) => id);
    };
    expect(await idsOf('CANCELLED')).toEqual([cancelled.id]);
    expect(await idsOf('PENDING')).toEqual([kept.id]);
    expect(await idsOf('REJECTED')).toEqual([]);
    expect(await idsOf(null)).toEqual([cancelled.id, kept.id]);
  });

  it.each([
    ['first: 0', { first: 0 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['first: 101', { first: 101 }, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a cursor that is none', { after: 'bm9uZQ' }, 'INVALID_CURSOR'],
  ])('refuses %s', async (_, variables, code) => {
    const users = [{ __typename: 'User', id: encodeId('user', await newUser(0)) }];
    const { errors } = await ask(ordersOfUsers, { users, ...variables }, admin);
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  it('takes one statement a shard for orders and one for items, however many users are asked for', async () => {
    const lamp = await newProduct(1999);
    const buyers = await Promise.all([0, 1, 2, 3, 1019, 1020, 1021, 1022].map((logicalShard) => newUser(logicalShard)));
    await Promise.all(buyers.flatMap((buyer) => [place(viewerOf(buyer), lamp), place(viewerOf(buyer), lamp)]));
    await bed.test.waitForReplicas();
    const representationsOf = (ids: bigint[]) => ids.map((id) => ({ __typename: 'User', id: encodeId('user', id) }));

    for (const ids of [[buyers[0] ?? 0n, buyers[7] ?? 0n], buyers]) {
      const answer = await ask(ordersOfUsers, { users: representationsOf(ids), first: 1 }, admin);
      expect(answer.errors).toEqual([]);
      expect(answer.data._entities.map((user: { orders: { nodes: unknown[] } }) => user.orders.nodes.length)).toEqual(
        ids.map(() => 1),
      );
      const half = ids.length / 2;
      const shards = [...new Set(ids.map((id) => bed.databases.databaseNameOf(id)))].sort();
      expect(answer.loaderBatches).toHaveLength(4);
      expect(answer.loaderBatches).toEqual(
        expect.arrayContaining(
          shards.flatMap((shard) => [
            { loader: 'ordersOfBuyer', group: `${shard} first=1 after= status=`, keys: half },
            { loader: 'itemsOfOrder', group: shard, keys: half },
          ]),
        ),
      );
      expect(answer.statements.map(({ database }) => database).sort()).toEqual([...shards, ...shards].sort());
    }
  });
});
