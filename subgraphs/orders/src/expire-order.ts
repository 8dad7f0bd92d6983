import type { Databases } from '@tributary/prisma/clients/databases';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { orderExpired, orderRejected, publishOrderEvent } from './events.ts';
import type { OrderRepository } from './order-repository.ts';

export interface ExpireOrderDependencies {
  databases: Databases;
  orders: OrderRepository;
}

/**
 * Rejects an order that is still PENDING. Whether its items are reserved is not known here, so inventory hears of it and gives
 * them back: the answer that comes too late, or twice, finds an order that is settled.
 * @returns whether this call rejected it
 * @throws ShardMovingError
 */
export async function expireOrder({ databases, orders }: ExpireOrderDependencies, orderId: bigint): Promise<boolean> {
  return databases.withShardRetry(() =>
    databases.shardOf(orderId).$transaction(async (tx) => {
      const expired = await orders.changeStatus(tx, {
        orderId,
        from: ['PENDING'],
        to: 'REJECTED',
        rejection: { code: 'RESERVATION_TIMED_OUT', productIds: [] },
      });
      if (!expired) return false;
      const about = { orderId: encodeId('order', orderId), buyerId: encodeId('user', expired.buyerId) };
      await publishOrderEvent(tx, orderId, orderExpired, about);
      await publishOrderEvent(tx, orderId, orderRejected, { ...about, productIds: [] });
      return true;
    }),
  );
}
