import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { Client } from 'pg';
import { eventually } from '../kit/eventually.ts';
import { logInPeople, type People } from '../kit/people.ts';
import { readTable } from '../kit/read-table.ts';
import {
  euros,
  line,
  orderOf,
  orderUntil,
  placeGoodOrder,
  placeOrder,
  publishProduct,
  type ShopProduct,
  stockOf,
} from '../kit/storefront.ts';
import type { TestGraph } from '../kit/test-graph.ts';

const CANCEL = `mutation Cancel($id: ID!) {
  cancelOrder(id: $id) {
    __typename
    ... on CancelOrderSuccess { order { status } }
    ... on OrderNotCancellable { code order { status } }
  }
}`;

const UPDATE_PRODUCT = `mutation Update($input: UpdateProductInput!) {
  updateProduct(input: $input) { __typename ... on UpdateProductSuccess { product { status price { minorUnits } } } }
}`;

const NEWEST_NOTIFICATION = `{
  me {
    unreadNotificationCount
    notifications(first: 1) {
      nodes { id kind createdAt readAt subject { __typename ... on Order { id } ... on Review { id } } }
    }
  }
}`;

const MARK_READ = `mutation MarkRead($id: ID!) { markNotificationRead(id: $id) { notification { id readAt } } }`;

let graph: TestGraph;
let people: People;
let product: ShopProduct;

const START_LIMIT_MS = 300_000;

/**
 * The life of orders, through the gateway and whatever carries events.
 *
 * @param start starts the graph, which is stopped in the end
 */
export function describePlacingOrders(start: () => Promise<TestGraph>): void {
  beforeAll(async () => {
    graph = await start();
    people = await logInPeople(graph);
  }, START_LIMIT_MS);
  afterAll(() => graph?.stop());
  beforeEach(async () => {
    product = await publishProduct(graph, people.merchant, { initialStock: 10 });
  });

  describe('an order', () => {
    it('is PENDING as long as its items are not reserved, then CONFIRMED with the units taken from those available', async () => {
      const release = await holdStock(product.id);
      const order = await placeGoodOrder(graph, people.customer, [line(product, 3)]);
      expect(order.status).toBe('PENDING');
      const seen = await eventually(
        () => orderOf(graph, people.customer, order.id),
        (found) => found !== null,
      );
      expect(seen?.status).toBe('PENDING');
      await release();
      expect(await orderUntil(graph, people.customer, order.id, 'CONFIRMED')).toMatchObject({ rejection: null });
      expect(await settledStock(product)).toEqual({ available: 7, reserved: 3 });
    });

    it('is REJECTED with the products of which there are too few, and takes no unit of its other lines', async () => {
      const scarce = await publishProduct(graph, people.merchant, { initialStock: 2 });
      const soldOut = await publishProduct(graph, people.merchant, { initialStock: 0 });
      const lines = [line(product, 1), line(scarce, 3), line(soldOut, 1)];
      const { id } = await placeGoodOrder(graph, people.customer, lines);
      const order = await orderUntil(graph, people.customer, id, 'REJECTED');
      expect(order?.rejection?.code).toBe('OUT_OF_STOCK');
      expect(order?.rejection?.products.map((missing) => missing.id).sort()).toEqual([scarce.id, soldOut.id].sort());
      expect(await settledStock(product)).toEqual({ available: 10, reserved: 0 });
      expect(await settledStock(scarce)).toEqual({ available: 2, reserved: 0 });
    });

    it('is confirmed only as often as there are units when many want the last ones at once', async () => {
      const last = await publishProduct(graph, people.merchant, { initialStock: 3 });
      const orders = await Promise.all(
        Array.from({ length: 8 }, () => placeGoodOrder(graph, people.customer, [line(last)])),
      );
      const settled = await Promise.all(
        orders.map(({ id }) =>
          eventually(
            () => orderOf(graph, people.customer, id),
            (order) => order?.status !== 'PENDING',
          ),
        ),
      );
      expect(settled.filter((order) => order?.status === 'CONFIRMED')).toHaveLength(3);
      expect(settled.filter((order) => order?.status === 'REJECTED')).toHaveLength(5);
      expect(await settledStock(last)).toEqual({ available: 0, reserved: 3 });
    });
  });

  describe('an idempotency key', () => {
    it('that comes twice places one order, and answers it again', async () => {
      const key: string = randomUUID();
      const [first, second] = [await place(key), await place(key)];
      expect(second.data.placeOrder.order.id).toBe(first.data.placeOrder.order.id);
      await orderUntil(graph, people.customer, first.data.placeOrder.order.id, 'CONFIRMED');
      expect(await ordersOf(product.id)).toHaveLength(1);
      expect(await settledStock(product)).toEqual({ available: 8, reserved: 2 });
    });

    it('that comes ten times at once places one order', async () => {
      const key: string = randomUUID();
      const answers = await Promise.all(Array.from({ length: 10 }, () => place(key)));
      const ids = answers.map(({ data }) => data?.placeOrder.order?.id);
      expect(new Set(ids).size).toBe(1);
      await orderUntil(graph, people.customer, ids[0], 'CONFIRMED');
      expect(await ordersOf(product.id)).toHaveLength(1);
      expect(await settledStock(product)).toEqual({ available: 8, reserved: 2 });
    });

    it('that comes again with another order is refused', async () => {
      const key: string = randomUUID();
      await place(key);
      const { data, errors } = await placeOrder(graph, people.customer, [line(product, 5)], key);
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ path: ['placeOrder'], extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
      expect(await ordersOf(product.id)).toHaveLength(1);
    });

    it('is of one buyer: another one uses the same text for an order of their own', async () => {
      const key: string = randomUUID();
      const mine = await place(key);
      const theirs = await placeOrder(graph, people.stranger, [line(product, 2)], key);
      expect(theirs.data.placeOrder.order.id).not.toBe(mine.data.placeOrder.order.id);
    });

    const place = (key: string) => placeOrder(graph, people.customer, [line(product, 2)], key);
  });

  describe('placing an order', () => {
    it('is refused with both prices when one has changed, and the same key is good for the new price', async () => {
      const key: string = randomUUID();
      const seen = [{ ...line(product), expectedUnitPrice: euros(999) }];
      const refused = await placeOrder(graph, people.customer, seen, key);
      expect(refused.data.placeOrder).toEqual({
        __typename: 'PriceChanged',
        code: 'PRICE_CHANGED',
        changes: [{ product: { id: product.id }, expected: euros(999), actual: product.price }],
      });
      expect(await ordersOf(product.id)).toEqual([]);
      const placed = await placeOrder(graph, people.customer, [line(product)], key);
      expect(placed.data.placeOrder.__typename).toBe('PlaceOrderSuccess');
    });

    it('is refused as soon as a product is withdrawn', async () => {
      const other = await publishProduct(graph, people.merchant);
      const withdrawal = { id: product.id, status: 'WITHDRAWN' };
      await graph.ask({ query: UPDATE_PRODUCT, variables: { input: withdrawal }, token: people.merchant.token });
      const { data } = await placeOrder(graph, people.customer, [line(other), line(product)]);
      expect(data.placeOrder).toEqual({
        __typename: 'ProductsUnavailable',
        code: 'PRODUCTS_UNAVAILABLE',
        productIds: [product.id],
      });
      expect(await ordersOf(other.id)).toEqual([]);
    });

    it.each([
      ['no line', () => []],
      ['the same product in two lines', () => [line(product), line(product)]],
      ['1,001 units', () => [line(product, 1_001)]],
      [
        'two currencies',
        () => [line(product), { ...line(product), expectedUnitPrice: { minorUnits: 1, currency: 'USD' } }],
      ],
    ])('is refused as bad input with %s', async (_what, lines) => {
      const { errors } = await placeOrder(graph, people.customer, lines());
      expect(errors).toMatchObject([{ path: ['placeOrder'], extensions: { code: 'BAD_USER_INPUT' } }]);
    });
  });

  describe('cancelling an order', () => {
    it('gives its units back once, however often it is asked for', async () => {
      const { id } = await placeGoodOrder(graph, people.customer, [line(product, 4)]);
      await orderUntil(graph, people.customer, id, 'CONFIRMED');
      const answers = await Promise.all(Array.from({ length: 5 }, () => cancel(id)));
      const outcomes = answers.map(({ data }) => data.cancelOrder);
      expect(outcomes.filter(({ __typename }) => __typename === 'CancelOrderSuccess')).toHaveLength(1);
      expect(outcomes.filter(({ code }) => code === 'ORDER_NOT_CANCELLABLE')).toHaveLength(4);
      expect(outcomes.map(({ order }) => order.status)).toEqual(Array(5).fill('CANCELLED'));
      expect(await settledStock(product)).toEqual({ available: 10, reserved: 0 });
    });

    it('wins over a reservation that is still under way', async () => {
      const release = await holdStock(product.id);
      const { id } = await placeGoodOrder(graph, people.customer, [line(product, 4)]);
      const { data } = await cancel(id);
      expect(data.cancelOrder).toEqual({ __typename: 'CancelOrderSuccess', order: { status: 'CANCELLED' } });
      await release();
      expect(await settledStock(product)).toEqual({ available: 10, reserved: 0 });
      expect(await orderOf(graph, people.customer, id)).toMatchObject({ status: 'CANCELLED' });
    });

    it('is not for somebody else', async () => {
      const { id } = await placeGoodOrder(graph, people.customer, [line(product)]);
      const { errors } = await cancel(id, people.stranger.token);
      expect(errors).toMatchObject([{ path: ['cancelOrder'], extensions: { code: 'NOT_FOUND' } }]);
      expect(await orderUntil(graph, people.customer, id, 'CONFIRMED')).toBeTruthy();
    });
  });

  describe('word of an order', () => {
    it('reaches its buyer once for each thing that happened, and inventory acts once', async () => {
      const { id } = await placeGoodOrder(graph, people.customer, [line(product, 2)]);
      await orderUntil(graph, people.customer, id, 'CONFIRMED');
      await cancel(id);
      await graph.untilEventsAreHandled();

      const orderId = decodeId('order', id);
      const notifications = (await readShards('notifications')).filter((row) => row.subject_id === orderId);
      expect(notifications.map(({ kind }) => kind).sort()).toEqual(['ORDER_CANCELLED', 'ORDER_CONFIRMED']);
      const reservations = await readTable(graph.config.catalog.primary, 'stock_reservations');
      expect(reservations.filter((row) => row.order_id === orderId)).toMatchObject([{ state: 'RELEASED' }]);
    });

    it('is unread until the buyer marks it as read, once and for all', async () => {
      const { id } = await placeGoodOrder(graph, people.customer, [line(product)]);
      await orderUntil(graph, people.customer, id, 'CONFIRMED');
      await graph.untilEventsAreHandled();
      // The newest notification and the count are two statements: only when nothing moves do they tell of the same moment.
      await graph.test.waitForReplicas();
      const { notification, unreadCount } = await newestNotification();
      expect(notification.subject.id).toBe(id);
      expect(notification).toMatchObject({ kind: 'ORDER_CONFIRMED', readAt: null, subject: { __typename: 'Order' } });

      const first = await markRead(notification.id);
      const { readAt } = first.data.markNotificationRead.notification;
      expect(Date.parse(readAt)).toBeGreaterThan(Date.parse(notification.createdAt));
      const second = await markRead(notification.id);
      expect(second.data.markNotificationRead.notification.readAt).toBe(readAt);

      await graph.test.waitForReplicas();
      const after = await newestNotification();
      expect([after.notification.readAt, after.unreadCount]).toEqual([readAt, unreadCount - 1]);
    });

    it('cannot be marked as read by somebody else', async () => {
      const { id } = await placeGoodOrder(graph, people.customer, [line(product)]);
      const { notification } = await eventually(
        () => newestNotification(),
        (newest) => newest.notification?.subject.id === id,
      );
      const { errors } = await markRead(notification.id, people.stranger.token);
      expect(errors).toMatchObject([{ path: ['markNotificationRead'], extensions: { code: 'NOT_FOUND' } }]);
      expect((await newestNotification()).notification.readAt).toBeNull();
    });

    async function newestNotification() {
      const { data } = await graph.ask({ query: NEWEST_NOTIFICATION, token: people.customer.token });
      const { notifications, unreadNotificationCount } = data.me;
      return { notification: notifications.nodes[0], unreadCount: unreadNotificationCount };
    }

    const markRead = (id: string, token = people.customer.token) =>
      graph.ask({ query: MARK_READ, variables: { id }, token });
  });
}

/** Keeps inventory from touching a product's stock until the function it returns is called. */
async function holdStock(productId: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: graph.config.catalog.primary });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM stock WHERE product_id = $1 FOR UPDATE', [String(decodeId('product', productId))]);
  return () => client.end();
}

function cancel(id: string, token = people.customer.token) {
  return graph.ask({ query: CANCEL, variables: { id }, token });
}

/** The stock after everything that follows from the orders so far. */
async function settledStock({ id }: ShopProduct) {
  await graph.untilEventsAreHandled();
  await graph.test.waitForReplicas();
  return stockOf(graph, people.merchant, id);
}

async function readShards(table: string) {
  const shards = Object.values(graph.config.shards);
  return (await Promise.all(shards.map(({ primary }) => readTable(primary, table)))).flat();
}

/** The rows of the orders that have a product. */
async function ordersOf(productId: string) {
  const id = decodeId('product', productId);
  return (await readShards('order_items')).filter((item) => item.product_id === id);
}
