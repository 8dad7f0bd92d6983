import { defineEvent } from '@tributary/runtime/events/event-definition';
import { z } from 'zod';

/** The name under which this subgraph publishes. */
export const PRODUCER = 'catalog';

/** A product was put on sale. About the product; published once each. */
export const productPublished = defineEvent({
  name: 'ProductPublished',
  version: 1,
  schema: z.object({
    productId: z.string(),
    merchantId: z.string(),
    initialStock: z.int().nonnegative(),
  }),
  sample: { productId: 'prd_00gqg3t03zw00', merchantId: 'usr_00gqg3t0r0g00', initialStock: 12 },
});
