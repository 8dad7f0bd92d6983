import type { Databases } from '@tributary/prisma/clients/databases';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { OrderItemRow, OrderRepository, OrderRow, OrderStatus } from './order-repository.ts';

/** One page of one buyer's orders. */
export interface OrdersOfBuyerKey extends PageArguments {
  buyerId: bigint;
  status: OrderStatus | null;
}

/** What one request reads orders through: one statement a database for all keys of a batch. */
export type OrdersLoaders = ReturnType<typeof createOrdersLoaders>;

/** Makes the loaders of one request. */
export function createOrdersLoaders({ databases, orders }: { databases: Databases; orders: OrderRepository }) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);

  return {
    order: createBatchLoader<bigint, OrderRow>({
      name: 'order',
      keyText: String,
      groupOf: databaseOf,
      missing: null,
      load: async (ids, database) =>
        new Map((await orders.findByIds(database, ids)).map((order) => [String(order.id), order])),
    }),

    itemsOfOrder: createBatchLoader<bigint, OrderItemRow[], OrderItemRow[]>({
      name: 'itemsOfOrder',
      keyText: String,
      groupOf: databaseOf,
      missing: [],
      load: async (orderIds, database) =>
        Map.groupBy(await orders.findItems(database, orderIds), (item) => String(item.orderId)),
    }),

    /** Up to `first + 1` orders, newest first. */
    ordersOfBuyer: createBatchLoader<OrdersOfBuyerKey, OrderRow[], OrderRow[]>({
      name: 'ordersOfBuyer',
      keyText: (key) => `${key.buyerId} ${pageText(key)}`,
      groupOf: (key) => `${databaseOf(key.buyerId)} ${pageText(key)}`,
      missing: [],
      load: async (keys) => {
        const [sample] = keys;
        if (!sample) return new Map();
        const { status, first, after } = sample;
        const buyerIds = keys.map(({ buyerId }) => buyerId);
        const query = { buyerIds, status, before: after, limit: first + 1 };
        const rows = await orders.findOfBuyers(databaseOf(sample.buyerId), query);
        return Map.groupBy(rows, ({ buyerId }) => `${buyerId} ${pageText(sample)}`);
      },
    }),
  };
}

/** Equal for keys that one statement can serve. */
function pageText({ status, first, after }: OrdersOfBuyerKey): string {
  return `first=${first} after=${after ?? ''} status=${status ?? ''}`;
}
