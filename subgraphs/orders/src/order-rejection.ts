import { z } from 'zod';

/** Why an order was rejected, as its row keeps it; ids of products as decimal text, which JSON keeps exactly. */
const storedRejection = z.object({
  code: z.enum(['OUT_OF_STOCK', 'RESERVATION_TIMED_OUT']),
  productIds: z.array(z.string().regex(/^\d+$/).transform(BigInt)),
});

/** Why an order was rejected. */
export interface OrderRejection {
  code: 'OUT_OF_STOCK' | 'RESERVATION_TIMED_OUT';
  /** The products of which there were too few; none when it took too long to find out. */
  productIds: bigint[];
}

/** What the row of a rejected order keeps. */
export function toStoredRejection({ code, productIds }: OrderRejection) {
  return { code, productIds: productIds.map(String) };
}

/**
 * Reads what a row keeps; null for an order that was not rejected.
 * @throws ZodError when it is nothing that this subgraph writes
 */
export function readStoredRejection(stored: unknown): OrderRejection | null {
  return stored === null ? null : storedRejection.parse(stored);
}

/** The reason in a sentence for people. */
export function describeRejection({ code, productIds }: OrderRejection): string {
  if (code === 'RESERVATION_TIMED_OUT') return 'Its items could not be reserved in time';
  return productIds.length === 1
    ? 'Too few units of one product were left'
    : `Too few units of ${productIds.length} products were left`;
}
