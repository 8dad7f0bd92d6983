import { defineConsumer } from '@tributary/runtime/events/consumer';
import { z } from 'zod';

const orderEvent = { version: 1, schema: z.object({ orderId: z.string(), buyerId: z.string() }) };

/** What notifications needs of its own event to tell users of it. */
export const announcer = defineConsumer({
  queue: 'notification-announcements',
  events: {
    NotificationCreated: { version: 1, schema: z.object({ notificationId: z.string(), userId: z.string() }) },
  },
});

/** What notifications needs of that of which people are told. */
export const consumer = defineConsumer({
  queue: 'notifications',
  events: {
    OrderConfirmed: orderEvent,
    OrderRejected: orderEvent,
    OrderCancelled: orderEvent,
    ReviewIndexed: { version: 1, schema: z.object({ reviewId: z.string(), merchantId: z.string() }) },
  },
});
