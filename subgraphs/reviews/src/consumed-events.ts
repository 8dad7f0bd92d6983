import { defineConsumer } from '@tributary/runtime/events/consumer';
import { z } from 'zod';
import { reviewWritten } from './events.ts';

/** What the index of reviews needs of products that are put on sale, and of its own reviews. */
export const consumer = defineConsumer({
  queue: 'reviews',
  events: {
    ProductPublished: { version: 1, schema: z.object({ productId: z.string(), merchantId: z.string() }) },
    ReviewWritten: reviewWritten,
  },
});
