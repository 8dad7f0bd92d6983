import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { consumer } from './consumed-events.ts';
import { orderConfirmed, orderRejected, publishOrderEvent } from './events.ts';
import type { OrderRejection } from './order-rejection.ts';
import type { OrderRepository } from './order-repository.ts';

export interface ConsumerDependencies {
  databases: Databases;
  orders: OrderRepository;
}

/** Lets orders follow what inventory says of their stock. */
export function subscribeToStock(queue: Queue, dependencies: ConsumerDependencies): Promise<Subscription> {
  return subscribeHandlers(queue, consumer, {
    StockReserved: ({ orderId }, event) => confirmOrder(dependencies, event, decodeId('order', orderId)),
    StockRejected: ({ orderId, productIds }, event) =>
      rejectOrder(dependencies, event, { orderId: decodeId('order', orderId), productIds }),
  });
}

/** PENDING becomes CONFIRMED. An order that was cancelled in the meantime stays so: inventory hears of that and releases. */
async function confirmOrder(
  { databases, orders }: ConsumerDependencies,
  event: EventEnvelope,
  orderId: bigint,
): Promise<void> {
  await handleOnce(databases, event, orderId, async (tx) => {
    const order = await orders.changeStatus(tx, { orderId, from: ['PENDING'], to: 'CONFIRMED' });
    if (!order) return;
    await publishOrderEvent(tx, orderId, orderConfirmed, {
      orderId: encodeId('order', orderId),
      buyerId: encodeId('user', order.buyerId),
    });
  });
}

/** PENDING becomes REJECTED, with the reason on the order. */
async function rejectOrder(
  { databases, orders }: ConsumerDependencies,
  event: EventEnvelope,
  { orderId, productIds }: { orderId: bigint; productIds: string[] },
): Promise<void> {
  const rejection: OrderRejection = {
    code: 'OUT_OF_STOCK',
    productIds: productIds.map((id) => decodeId('product', id)),
  };
  await handleOnce(databases, event, orderId, async (tx) => {
    const order = await orders.changeStatus(tx, { orderId, from: ['PENDING'], to: 'REJECTED', rejection });
    if (!order) return;
    await publishOrderEvent(tx, orderId, orderRejected, {
      orderId: encodeId('order', orderId),
      buyerId: encodeId('user', order.buyerId),
      productIds,
    });
  });
}

/** Runs an effect on the order's shard in one transaction with the record that the event was handled. */
async function handleOnce(
  databases: Databases,
  event: EventEnvelope,
  orderId: bigint,
  effect: (tx: ShardTransaction) => Promise<void>,
): Promise<void> {
  await databases.withShardRetry(() =>
    databases.shardOf(orderId).$transaction(async (tx) => {
      const inboxRecord = { consumer: consumer.queue, eventId: event.id, logicalShard: logicalShardOf(orderId) };
      if (await recordInInbox(tx, inboxRecord)) await effect(tx);
    }),
  );
}
