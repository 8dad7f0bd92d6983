import { defineConsumer } from '@tributary/runtime/events/consumer';
import { z } from 'zod';

/** What orders needs of what inventory says of their stock. */
export const consumer = defineConsumer({
  queue: 'orders',
  events: {
    StockReserved: { version: 1, schema: z.object({ orderId: z.string() }) },
    StockRejected: { version: 1, schema: z.object({ orderId: z.string(), productIds: z.array(z.string()) }) },
  },
});
