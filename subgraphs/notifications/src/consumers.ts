import type { Databases } from '@tributary/prisma/clients/databases';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { consumer } from './consumed-events.ts';
import type { DeliveryRepository } from './deliveries/delivery-repository.ts';
import { publishNotificationCreated } from './events.ts';
import type { NewNotification, NotificationKind, NotificationRepository } from './notification-repository.ts';

export interface ConsumerDependencies {
  databases: Databases;
  notifications: NotificationRepository;
  deliveries: DeliveryRepository;
  /** Called when there is something new to deliver. */
  onNotification: () => void;
}

type Notice = Omit<NewNotification, 'id'>;

/** Lets buyers hear of their orders, and merchants of the reviews of their products. */
export function subscribeToNews(queue: Queue, dependencies: ConsumerDependencies): Promise<Subscription> {
  const tell = (notice: Notice, event: EventEnvelope) => notifyOnce(dependencies, event, notice);
  return subscribeHandlers(queue, consumer, {
    OrderConfirmed: (payload, event) => tell(orderNotice('ORDER_CONFIRMED', payload), event),
    OrderRejected: (payload, event) => tell(orderNotice('ORDER_REJECTED', payload), event),
    OrderCancelled: (payload, event) => tell(orderNotice('ORDER_CANCELLED', payload), event),
    ReviewIndexed: (payload, event) => tell(reviewNotice(payload), event),
  });
}

function orderNotice(kind: NotificationKind, { orderId, buyerId }: { orderId: string; buyerId: string }): Notice {
  return { kind, userId: decodeId('user', buyerId), subjectId: decodeId('order', orderId) };
}

function reviewNotice({ reviewId, merchantId }: { reviewId: string; merchantId: string }): Notice {
  return {
    kind: 'REVIEW_RECEIVED',
    userId: decodeId('user', merchantId),
    subjectId: decodeId('review', reviewId),
  };
}

/** Writes the notification in one transaction with the record that the event was handled, word of it, and its delivery. */
async function notifyOnce(
  { databases, notifications, deliveries, onNotification }: ConsumerDependencies,
  event: EventEnvelope,
  notice: Notice,
): Promise<void> {
  const logicalShard = logicalShardOf(notice.userId);
  await databases.withShardRetry(async () => {
    const id = await databases.newId(logicalShard);
    await databases.shardOf(notice.userId).$transaction(async (tx) => {
      const isFirst = await recordInInbox(tx, { consumer: consumer.queue, eventId: event.id, logicalShard });
      if (!isFirst) return;
      await notifications.insert(tx, { id, ...notice });
      await deliveries.insert(tx, id);
      await publishNotificationCreated(tx, { id, userId: notice.userId });
    });
  });
  onNotification();
}
