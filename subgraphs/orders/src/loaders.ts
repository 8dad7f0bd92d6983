import type { Databases } from '@tributary/prisma/clients/databases';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import { createPageLoader, pageArgumentsText } from '@tributary/runtime/loaders/page-loader';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { OrderItemRow, OrderRepository, OrderStatus } from './order-repository.ts';

/** Which of a buyer's orders. */
export interface OrdersPage extends PageArguments {
  readonly status: OrderStatus | null;
}

/** What one request reads orders through: one statement a database for all keys of a batch. */
export type OrdersLoaders = ReturnType<typeof createOrdersLoaders>;

/**
 * Makes the loaders of one request. Orders are not cached: only their buyer reads them, while they change from one moment to the
 * next, so that hardly a reading would be spared and each would be a place to leak from.
 */
export function createOrdersLoaders({ databases, orders }: { databases: Databases; orders: OrderRepository }) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);

  return {
    order: createRowLoader({
      name: 'order',
      databaseOf,
      load: (ids, database) => orders.findByIds(database, ids),
      idOf: ({ id }) => id,
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
    ordersOfBuyer: createPageLoader({
      name: 'ordersOfBuyer',
      databaseOf,
      pageText: (page: OrdersPage) => `${pageArgumentsText(page)} status=${page.status ?? ''}`,
      load: (buyerIds, { status, first, after }, database) =>
        orders.findOfBuyers(database, { buyerIds, status, before: after, limit: first + 1 }),
      parentIdOf: ({ buyerId }) => buyerId,
    }),
  };
}
