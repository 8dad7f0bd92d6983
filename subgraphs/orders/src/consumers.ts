import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { z } from 'zod';
import { orderConfirmed, orderRejected, publishOrderEvent } from './events.ts';
import type { OrderRejection } from './order-rejection.ts';
import type { OrderRepository } from './order-repository.ts';

export interface ConsumerDependencies {
  databases: Databases;
  orders: OrderRepository;
}

const CONSUMER = 'orders';

const stockReserved = z.object({ orderId: z.string() });
const stockRejected = z.object({ orderId: z.string(), productIds: z.array(z.string()) });

/** Lets orders follow what inventory says of their stock. */
export function subscribeToStock(queue: Queue, dependencies: ConsumerDependencies): Promise<Subscription> {
  const handlers = new Map([
    ['StockReserved', (event: EventEnvelope) => confirmOrder(dependencies, event)],
    ['StockRejected', (event: EventEnvelope) => rejectOrder(dependencies, event)],
  ]);
  return subscribeHandlers(queue, { queue: CONSUMER, handlers });
}

/** PENDING becomes CONFIRMED. An order that was cancelled in the meantime stays so: inventory hears of that and releases. */
async function confirmOrder({ databases, orders }: ConsumerDependencies, event: EventEnvelope): Promise<void> {
  const orderId = decodeId('order', stockReserved.parse(event.payload).orderId);
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
async function rejectOrder({ databases, orders }: ConsumerDependencies, event: EventEnvelope): Promise<void> {
  const payload = stockRejected.parse(event.payload);
  const orderId = decodeId('order', payload.orderId);
  const rejection: OrderRejection = {
    code: 'OUT_OF_STOCK',
    productIds: payload.productIds.map((id) => decodeId('product', id)),
  };
  await handleOnce(databases, event, orderId, async (tx) => {
    const order = await orders.changeStatus(tx, { orderId, from: ['PENDING'], to: 'REJECTED', rejection });
    if (!order) return;
    await publishOrderEvent(tx, orderId, orderRejected, {
      orderId: encodeId('order', orderId),
      buyerId: encodeId('user', order.buyerId),
      productIds: payload.productIds,
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
      const inboxRecord = { consumer: CONSUMER, eventId: event.id, logicalShard: logicalShardOf(orderId) };
      if (await recordInInbox(tx, inboxRecord)) await effect(tx);
    }),
  );
}
