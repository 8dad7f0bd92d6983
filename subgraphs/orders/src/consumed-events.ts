import { defineConsumer } from '@tributary/runtime/events/consumer';
import { z } from 'zod';

const orderEvent = { version: 1, schema: z.object({ orderId: z.string(), buyerId: z.string() }) };

/** What orders needs of its own events to tell buyers of them. */
export const announcer = defineConsumer({
  queue: 'order-announcements',
  events: { OrderConfirmed: orderEvent, OrderRejected: orderEvent, OrderCancelled: orderEvent },
});

/** What orders needs of what inventory says of their stock. */
export const consumer = defineConsumer({
  queue: 'orders',
  events: {
    StockReserved: { version: 1, schema: z.object({ orderId: z.string() }) },
    StockRejected: { version: 1, schema: z.object({ orderId: z.string(), productIds: z.array(z.string()) }) },
  },
});
