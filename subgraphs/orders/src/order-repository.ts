import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { firstIdAt } from '@tributary/prisma/ids/id';
import { type OrderRejection, toStoredRejection } from './order-rejection.ts';

export type OrderStatus = 'PENDING' | 'CONFIRMED' | 'REJECTED' | 'CANCELLED';

/** An order without its items. Amounts are in minor units. */
export interface OrderRow {
  id: bigint;
  buyerId: bigint;
  status: OrderStatus;
  currency: string;
  totalMinor: bigint;
  shippingCountry: string;
  /** What `readStoredRejection` reads. */
  rejection: unknown;
  updatedAt: Date;
}

/** Some units of one product in an order; its currency is the order's. */
export interface OrderItemRow {
  orderId: bigint;
  productId: bigint;
  quantity: number;
  unitPriceMinor: bigint;
}

export type NewOrder = Pick<OrderRow, 'id' | 'buyerId' | 'currency' | 'totalMinor' | 'shippingCountry'>;
export type NewOrderItem = Omit<OrderItemRow, 'orderId'>;

/** Which orders of each buyer to read: at most `limit`, newest first, older than `before`. */
export interface OrdersOfBuyersQuery {
  buyerIds: readonly bigint[];
  /** `null` for any. */
  status: OrderStatus | null;
  before: bigint | null;
  limit: number;
}

/** A step in the life of an order, which it takes only from one of the statuses `from`. */
export interface StatusChange {
  orderId: bigint;
  /** When given, only an order of this buyer. */
  buyerId?: bigint;
  from: readonly OrderStatus[];
  to: OrderStatus;
  rejection?: OrderRejection;
}

const orderColumns = {
  id: true,
  buyerId: true,
  status: true,
  currency: true,
  totalMinor: true,
  shippingCountry: true,
  rejection: true,
  updatedAt: true,
} as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Reads and writes `orders` and `order_items`. Both are partitioned by the order's id, so every statement bounds it. */
export class OrderRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** The orders of one database with these ids, in no order. */
  findByIds(database: string, ids: readonly bigint[]): Promise<OrderRow[]> {
    return this.#databases
      .shardNamed(database)
      .order.findMany({ where: { id: { in: [...ids] } }, select: orderColumns });
  }

  /** The items of orders of one database, each order's in the order in which they were sent. */
  findItems(database: string, orderIds: readonly bigint[]): Promise<OrderItemRow[]> {
    return this.#databases.shardNamed(database).orderItem.findMany({
      where: { orderId: { in: [...orderIds] } },
      select: { orderId: true, productId: true, quantity: true, unitPriceMinor: true },
      orderBy: [{ orderId: 'asc' }, { position: 'asc' }],
    });
  }

  /**
   * A page of the orders of each buyer, all of one database. An order is never older than its buyer and never of tomorrow.
   * With both bounds known when the statement is planned, Postgres drops the default partition and the months before the
   * oldest buyer, reads the months that are left from the newest on, and stops where a buyer's page is full.
   */
  findOfBuyers(database: string, { buyerIds, status, before, limit }: OrdersOfBuyersQuery): Promise<OrderRow[]> {
    const oldestBuyer = buyerIds.reduce((oldest, id) => (id < oldest ? id : oldest));
    const tomorrow = firstIdAt(new Date(Date.now() + DAY_MS));
    const end = before !== null && before < tomorrow ? before : tomorrow;
    return this.#databases.shardNamed(database).$queryRaw<OrderRow[]>`
      SELECT page.*
      FROM unnest(${buyerIds}::bigint[]) AS buyer (id)
      CROSS JOIN LATERAL (
        SELECT id, buyer_id AS "buyerId", status, currency, total_minor AS "totalMinor",
          shipping_country AS "shippingCountry", rejection, updated_at AS "updatedAt"
        FROM orders
        WHERE orders.buyer_id = buyer.id AND orders.id > buyer.id
          AND orders.id > ${oldestBuyer}::bigint AND orders.id < ${end}::bigint
          AND (${status}::text IS NULL OR orders.status = ${status}::"OrderStatus")
        ORDER BY orders.id DESC LIMIT ${limit}::integer
      ) AS page
      ORDER BY page.id DESC`;
  }

  async insert(tx: ShardTransaction, order: NewOrder): Promise<void> {
    await tx.order.createMany({ data: order });
  }

  async insertItems(tx: ShardTransaction, orderId: bigint, items: readonly NewOrderItem[]): Promise<void> {
    await tx.orderItem.createMany({ data: items.map((item, position) => ({ orderId, position, ...item })) });
  }

  /** The order as a transaction sees it; null when there is none. */
  findInTransaction(tx: ShardTransaction, orderId: bigint): Promise<OrderRow | null> {
    return tx.order.findUnique({ where: { id: orderId }, select: orderColumns });
  }

  /** Up to `limit` orders of one database that have been PENDING for so long by its clock, the oldest first, from the primary. */
  findOverdue(
    database: string,
    { pendingLimitMs, limit }: { pendingLimitMs: number; limit: number },
  ): PromiseLike<{ id: bigint }[]> {
    return this.#databases.shardNamed(database).$primary().$queryRaw<{ id: bigint }[]>`
      SELECT id FROM orders
      WHERE status = 'PENDING' AND id < first_id_at(now() - ${pendingLimitMs}::double precision * interval '1 millisecond')
        AND EXISTS (SELECT FROM shard_ownership WHERE logical_shard = logical_shard_of(orders.id))
      ORDER BY id LIMIT ${limit}::integer`;
  }

  /** Takes the step and returns the order after it; `undefined` when there is no such order or it is in no status of `from`. */
  async changeStatus(tx: ShardTransaction, change: StatusChange): Promise<OrderRow | undefined> {
    const { orderId, buyerId, from, to, rejection } = change;
    const [changed] = await tx.order.updateManyAndReturn({
      where: { id: orderId, status: { in: [...from] }, ...(buyerId === undefined ? {} : { buyerId }) },
      data: { status: to, ...(rejection === undefined ? {} : { rejection: toStoredRejection(rejection) }) },
      select: orderColumns,
    });
    return changed;
  }
}
