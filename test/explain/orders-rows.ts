import type { OrderRejection } from '@tributary/subgraph-orders/order-rejection';
import { OrderRepository } from '@tributary/subgraph-orders/order-repository';
import { PriceListRepository } from '@tributary/subgraph-orders/price-list-repository';
import { rowsOf } from './repository-rows.ts';

/** What orders asks the databases. */
export const ordersRows = [
  rowsOf(OrderRepository, {
    findByIds: (orders, { shard, orderIds }) => orders.findByIds(shard, orderIds),
    findItems: (orders, { shard, orderIds }) => orders.findItems(shard, orderIds),
    findOfBuyers: async (orders, { shard, userIds: buyerIds, orderIds }) => {
      const before = orderIds.at(-1) ?? null;
      await orders.findOfBuyers(shard, { buyerIds, status: null, before: null, limit: 21 });
      await orders.findOfBuyers(shard, { buyerIds, status: 'REJECTED', before, limit: 21 });
    },
    insert: (orders, { newId: id, customerId: buyerId, onShard }) =>
      onShard((tx) => orders.insert(tx, { id, buyerId, currency: 'EUR', totalMinor: 100n, shippingCountry: 'NL' })),
    insertItems: (orders, { newId, productIds, onShard }) =>
      onShard((tx) =>
        orders.insertItems(
          tx,
          newId,
          productIds.map((productId) => ({ productId, quantity: 1, unitPriceMinor: 100n })),
        ),
      ),
    findInTransaction: (orders, { orderIds: [orderId = 0n], onShard }) =>
      onShard((tx) => orders.findInTransaction(tx, orderId)),
    findOverdue: (orders, { shard }) => orders.findOverdue(shard, { pendingLimitMs: 900_000, limit: 100 }),
    changeStatus: (orders, { orderIds: [orderId = 0n], customerId: buyerId, onShard }) =>
      onShard(async (tx) => {
        await orders.changeStatus(tx, { orderId, buyerId, from: ['PENDING', 'CONFIRMED'], to: 'CANCELLED' });
        const rejection: OrderRejection = { code: 'OUT_OF_STOCK', productIds: [] };
        await orders.changeStatus(tx, { orderId, from: ['PENDING'], to: 'REJECTED', rejection });
      }),
  }),
  rowsOf(PriceListRepository, {
    findPrices: (prices, { productIds }) => prices.findPrices(productIds),
  }),
];
