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

const money = z.object({ amountMinor: z.string().regex(/^\d+$/), currency: z.string().length(3) });

/** A product costs something else now. About the product. */
export const productPriceChanged = defineEvent({
  name: 'ProductPriceChanged',
  version: 1,
  schema: z.object({ productId: z.string(), changedBy: z.string(), before: money, after: money }),
  sample: {
    productId: 'prd_00gqg3t03zw00',
    changedBy: 'usr_00gqg3t0r0g00',
    before: { amountMinor: '1999', currency: 'EUR' },
    after: { amountMinor: '1499', currency: 'EUR' },
  },
});
