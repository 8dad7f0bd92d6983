import type { Databases } from '@tributary/prisma/clients/databases';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { z } from 'zod';
import type { NewNotification, NotificationKind, NotificationRepository } from './notification-repository.ts';

export interface ConsumerDependencies {
  databases: Databases;
  notifications: NotificationRepository;
}

type Notice = Omit<NewNotification, 'id'>;

const CONSUMER = 'notifications';

const orderEvent = z.object({ orderId: z.string(), buyerId: z.string() });
const reviewEvent = z.object({ reviewId: z.string(), merchantId: z.string() });

/** What is told to whom, by the name of the event that it is told because of. */
const noticeOf = new Map<string, (payload: unknown) => Notice>([
  ['OrderConfirmed', (payload) => orderNotice('ORDER_CONFIRMED', payload)],
  ['OrderRejected', (payload) => orderNotice('ORDER_REJECTED', payload)],
  ['OrderCancelled', (payload) => orderNotice('ORDER_CANCELLED', payload)],
  ['ReviewIndexed', reviewNotice],
]);

/** Lets buyers hear of their orders, and merchants of the reviews of their products. */
export function subscribeToNews(queue: Queue, dependencies: ConsumerDependencies): Promise<Subscription> {
  const handlers = new Map(
    [...noticeOf].map(([name, readNotice]) => [
      name,
      async (event: EventEnvelope) => notifyOnce(dependencies, event, readNotice(event.payload)),
    ]),
  );
  return subscribeHandlers(queue, { queue: CONSUMER, handlers });
}

function orderNotice(kind: NotificationKind, payload: unknown): Notice {
  const { orderId, buyerId } = orderEvent.parse(payload);
  return { kind, userId: decodeId('user', buyerId), subjectId: decodeId('order', orderId) };
}

function reviewNotice(payload: unknown): Notice {
  const { reviewId, merchantId } = reviewEvent.parse(payload);
  return {
    kind: 'REVIEW_RECEIVED',
    userId: decodeId('user', merchantId),
    subjectId: decodeId('review', reviewId),
  };
}

/** Writes the notification in one transaction with the record that the event was handled. */
async function notifyOnce(
  { databases, notifications }: ConsumerDependencies,
  event: EventEnvelope,
  notice: Notice,
): Promise<void> {
  const logicalShard = logicalShardOf(notice.userId);
  await databases.withShardRetry(async () => {
    const id = await databases.newId(logicalShard);
    await databases.shardOf(notice.userId).$transaction(async (tx) => {
      const isFirst = await recordInInbox(tx, { consumer: CONSUMER, eventId: event.id, logicalShard });
      if (isFirst) await notifications.insert(tx, { id, ...notice });
    });
  });
}
