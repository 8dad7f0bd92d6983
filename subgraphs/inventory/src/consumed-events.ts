import { defineConsumer } from '@tributary/runtime/events/consumer';
import { z } from 'zod';

const line = z.object({ productId: z.string(), quantity: z.int().min(1) });

/** What inventory needs of products that are put on sale, and of orders that ask for them. */
export const consumer = defineConsumer({
  queue: 'inventory',
  events: {
    ProductPublished: {
      version: 1,
      schema: z.object({ productId: z.string(), merchantId: z.string(), initialStock: z.int().min(0) }),
    },
    OrderPlaced: { version: 1, schema: z.object({ orderId: z.string(), lines: z.array(line).min(1) }) },
    OrderExpired: { version: 1, schema: z.object({ orderId: z.string() }) },
    OrderCancelled: { version: 1, schema: z.object({ orderId: z.string() }) },
  },
});
