import type { Databases } from '@tributary/prisma/clients/databases';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { orderCancelled, publishOrderEvent } from './events.ts';
import type { OrderRepository, OrderRow } from './order-repository.ts';

export interface CancelOrderDependencies {
  databases: Databases;
  orders: OrderRepository;
}

/** The order as it is now, and whether this call cancelled it. */
export interface CancelOrderOutcome {
  isCancelled: boolean;
  order: OrderRow;
}

/**
 * Cancels an order of a buyer unless it was rejected or cancelled before. The status is checked by the statement that changes it,
 * so an order that is confirmed or rejected at the same moment ends in one of the two states, never in both.
 * @throws CodedError NOT_FOUND when the buyer has no such order
 * @throws ShardMovingError
 */
export async function cancelOrder(
  { databases, orders }: CancelOrderDependencies,
  { buyerId, orderId }: { buyerId: bigint; orderId: bigint },
): Promise<CancelOrderOutcome> {
  return databases.withShardRetry(() =>
    databases.shardOf(orderId).$transaction(async (tx) => {
      const cancelled = await orders.changeStatus(tx, {
        orderId,
        buyerId,
        from: ['PENDING', 'CONFIRMED'],
        to: 'CANCELLED',
      });
      if (cancelled) {
        await publishOrderEvent(tx, orderId, orderCancelled, {
          orderId: encodeId('order', orderId),
          buyerId: encodeId('user', buyerId),
        });
        return { isCancelled: true, order: cancelled };
      }
      const order = await orders.findInTransaction(tx, orderId);
      if (order?.buyerId !== buyerId) throw new CodedError('NOT_FOUND', 'You have no order with this id');
      return { isCancelled: false, order };
    }),
  );
}
