import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { cancelOrder, inputOf, type Line, lineOf, OrdersScene, placeOrder, readOrder } from '../kit/orders-scene.ts';
import { viewerOf } from '../kit/test-bed.ts';

let scene: OrdersScene;

beforeAll(async () => {
  scene = await OrdersScene.start('orders');
}, 120_000);

afterAll(() => scene?.stop());

afterEach(() => scene.bed.test.waitForReplicas());

describe('placeOrder', () => {
  it('writes a PENDING order with the catalog’s prices and announces it once', async () => {
    const buyerId = await scene.newId(0);
    const [lamp, table] = [await scene.newProduct(1999), await scene.newProduct(25_000)];
    const lines = [lineOf(table, 1), lineOf(lamp, 3)];

    const { data, errors } = await scene.ask(placeOrder, { input: inputOf(lines) }, viewerOf(buyerId));

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
    const event = await scene.published('OrderPlaced', order.id);
    expect(event.version).toBe(1);
    expect(event.payload).toEqual({
      orderId: order.id,
      buyerId: encodeId('user', buyerId),
      lines: lines.map(({ productId, quantity }) => ({ productId, quantity })),
    });
  });

  it('keeps the order on the shard that its buyer’s id names, and on no other', async () => {
    const buyerId = await scene.newId(1022);
    await scene.place(viewerOf(buyerId), await scene.newProduct(100));
    const counts = await Promise.all(
      scene.bed.databases.allShards().map(async ({ name, client }) => {
        return [name, await client.$primary().order.count({ where: { buyerId } })] as const;
      }),
    );
    const expected = scene.bed.databases
      .allShards()
      .map(({ name }) => [name, Number(name === scene.bed.databases.databaseNameOf(buyerId))]);
    expect(counts).toEqual(expected);
  });

  it('acts once for one key, even when the price has changed since', async () => {
    const buyer = await scene.newId(0);
    const lamp = await scene.newProduct(1999);
    const input = inputOf([lineOf(lamp)]);
    const first = await scene.ask(placeOrder, { input }, viewerOf(buyer));
    await scene.setPrice(lamp, 2999);

    const second = await scene.ask(placeOrder, { input }, viewerOf(buyer));

    expect(second.data).toEqual(first.data);
    expect(second.data.placeOrder.__typename).toBe('PlaceOrderSuccess');
    expect(await scene.countOrders(buyer)).toBe(1);
  });

  it('acts once when the same key arrives many times at once', async () => {
    const buyer = await scene.newId(0);
    const input = inputOf([lineOf(await scene.newProduct(1999))]);

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => scene.ask(placeOrder, { input }, viewerOf(buyer))),
    );

    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(answers.map(({ data }) => data.placeOrder.order.id)).size).toBe(1);
    expect(await scene.countOrders(buyer)).toBe(1);
  });

  it('refuses a key that was used for another order', async () => {
    const buyer = viewerOf(await scene.newId(0));
    const [lamp, key] = [await scene.newProduct(1999), randomUUID()];
    await scene.ask(placeOrder, { input: inputOf([lineOf(lamp, 1)], key) }, buyer);
    const { errors } = await scene.ask(placeOrder, { input: inputOf([lineOf(lamp, 2)], key) }, buyer);
    expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  });

  it('refuses a price that the buyer did not see, and does not remember the refusal under the key', async () => {
    const buyer = await scene.newId(0);
    const lamp = await scene.newProduct(2999);
    const input = inputOf([lineOf({ ...lamp, priceMinor: 1999 })]);

    const refused = await scene.ask(placeOrder, { input }, viewerOf(buyer));

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
    expect(await scene.countOrders(buyer)).toBe(0);

    await scene.setPrice(lamp, 1999);
    const accepted = await scene.ask(placeOrder, { input }, viewerOf(buyer));
    expect(accepted.data.placeOrder.__typename).toBe('PlaceOrderSuccess');
  });

  it('refuses products that are withdrawn or unknown', async () => {
    const [lamp, withdrawn] = [await scene.newProduct(1999), await scene.newProduct(500)];
    await scene.bed.databases.catalog().product.update({ where: { id: withdrawn.id }, data: { status: 'WITHDRAWN' } });
    const unknown = { id: await scene.newId(CATALOG_LOGICAL_SHARD), priceMinor: 1 };
    const lines = [lamp, withdrawn, unknown].map((product) => lineOf(product));

    const { data } = await scene.ask(placeOrder, { input: inputOf(lines) }, viewerOf(await scene.newId(0)));

    expect(data.placeOrder).toEqual({
      __typename: 'ProductsUnavailable',
      code: 'PRODUCTS_UNAVAILABLE',
      message: expect.any(String),
      productIds: [encodeId('product', withdrawn.id), encodeId('product', unknown.id)],
    });
  });

  it('reads the prices in one statement on the primary', async () => {
    const lines = [await scene.newProduct(1), await scene.newProduct(2), await scene.newProduct(3)].map((product) =>
      lineOf(product),
    );
    const { statements } = await scene.ask(placeOrder, { input: inputOf(lines) }, viewerOf(await scene.newId(0)));
    const ofCatalog = statements.filter(({ database }) => database === 'catalog');
    expect(ofCatalog).toMatchObject([{ role: 'primary', rows: 3 }]);
  });

  it('refuses a caller who is not logged in', async () => {
    const { errors } = await scene.ask(placeOrder, { input: inputOf([lineOf(await scene.newProduct(1))]) });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  const otherProductId = encodeId(
    'product',
    composeId({ timeMs: Date.now(), logicalShard: CATALOG_LOGICAL_SHARD, sequence: 1 }),
  );
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
        { ...line, productId: otherProductId, expectedUnitPrice: { minorUnits: 1, currency: 'USD' } },
      ],
    ],
  ])('refuses %s and names the field', async (_, field, linesOf: (line: Line) => Line[]) => {
    const input = inputOf(linesOf(lineOf(await scene.newProduct(1))));
    const { errors } = await scene.ask(placeOrder, { input }, viewerOf(await scene.newId(0)));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  it('refuses the id of something that is no product', async () => {
    const buyerId = await scene.newId(0);
    const input = inputOf([{ ...lineOf(await scene.newProduct(1)), productId: encodeId('user', buyerId) }]);
    const { errors } = await scene.ask(placeOrder, { input }, viewerOf(buyerId));
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_ID' } }]);
  });
});

describe('cancelOrder', () => {
  it('cancels a pending order and announces it once; a second time it is not cancellable', async () => {
    const buyer = viewerOf(await scene.newId(0));
    const { id } = await scene.place(buyer, await scene.newProduct(1999));

    const first = await scene.ask(cancelOrder, { id }, buyer);
    const second = await scene.ask(cancelOrder, { id }, buyer);

    expect(first.data.cancelOrder).toEqual({ __typename: 'CancelOrderSuccess', order: { id, status: 'CANCELLED' } });
    expect(second.data.cancelOrder).toMatchObject({
      __typename: 'OrderNotCancellable',
      code: 'ORDER_NOT_CANCELLABLE',
      order: { id, status: 'CANCELLED' },
    });
    expect(await scene.eventsUpTo('OrderCancelled', id)).toEqual(['OrderPlaced', 'OrderCancelled']);
  });

  it('knows no order of somebody else, nor one that does not exist', async () => {
    const [buyer, stranger] = [viewerOf(await scene.newId(0)), viewerOf(await scene.newId(0))];
    const { id } = await scene.place(buyer, await scene.newProduct(1999));
    for (const unknown of [id, encodeId('order', await scene.newId(1022))]) {
      const { errors } = await scene.ask(cancelOrder, { id: unknown }, stranger);
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' }, message: 'You have no order with this id' }]);
    }
    await scene.bed.test.waitForReplicas();
    expect((await scene.ask(readOrder, { id }, buyer)).data.order.status).toBe('PENDING');
  });
});

describe('what inventory says of an order', () => {
  it('confirms it once when the event arrives twice', async () => {
    const buyer = viewerOf(await scene.newId(1022));
    const { id } = await scene.place(buyer, await scene.newProduct(1999));
    const eventId = await scene.newId(CATALOG_LOGICAL_SHARD);

    await scene.deliver('StockReserved', { orderId: id }, eventId);
    await scene.deliver('StockReserved', { orderId: id }, eventId);

    expect((await scene.ask(readOrder, { id }, buyer)).data.order.status).toBe('CONFIRMED');
    await scene.published('OrderConfirmed', id);
    await scene.ask(cancelOrder, { id }, buyer);
    expect(await scene.eventsUpTo('OrderCancelled', id)).toEqual(['OrderPlaced', 'OrderConfirmed', 'OrderCancelled']);
    const inbox = scene.bed.databases.shardOf(decodeId('order', id)).$primary().inboxEvent;
    expect(await inbox.count({ where: { consumer: 'orders', eventId } })).toBe(1);
  });

  it('rejects it with the products of which there were too few', async () => {
    const buyer = viewerOf(await scene.newId(0));
    const lamp = await scene.newProduct(1999);
    const { id } = await scene.place(buyer, lamp);
    const productIds = [encodeId('product', lamp.id)];

    await scene.deliver('StockRejected', { orderId: id, productIds });

    expect((await scene.ask(readOrder, { id }, buyer)).data.order).toMatchObject({
      status: 'REJECTED',
      rejection: { code: 'OUT_OF_STOCK', products: [{ id: productIds[0] }] },
    });
    const event = await scene.published('OrderRejected', id);
    expect(event.payload).toEqual({ orderId: id, buyerId: buyer.userId, productIds });
  });

  it.each(['StockReserved', 'StockRejected'])('leaves a cancelled order cancelled: %s', async (name) => {
    const buyer = viewerOf(await scene.newId(0));
    const { id } = await scene.place(buyer, await scene.newProduct(1999));
    await scene.ask(cancelOrder, { id }, buyer);

    await scene.deliver(name, {
      orderId: id,
      productIds: [encodeId('product', await scene.newId(CATALOG_LOGICAL_SHARD))],
    });

    expect((await scene.ask(readOrder, { id }, buyer)).data.order).toMatchObject({
      status: 'CANCELLED',
      rejection: null,
    });
  });
});
