import { z } from 'zod';

/** Why an order was rejected, as its row keeps it; the ids of products are in their typed text form. */
export const orderRejectionSchema = z.object({
  code: z.literal('OUT_OF_STOCK'),
  message: z.string(),
  productIds: z.array(z.string()),
});

export type OrderRejection = z.output<typeof orderRejectionSchema>;

/** The rejection of an order of which these products (typed ids) were too few. */
export function outOfStock(productIds: string[]): OrderRejection {
  const subject = productIds.length === 1 ? 'One product' : `${productIds.length} products`;
  return { code: 'OUT_OF_STOCK', message: `${subject} could not be reserved: too few are in stock`, productIds };
}
