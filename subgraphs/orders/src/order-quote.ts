import { isRepresentable } from '@tributary/prisma/money/money';
import { badInput } from '@tributary/runtime/input/bad-input';
import type { NewOrderItem } from './order-repository.ts';
import type { OrderRequest, RequestedLine } from './order-request.ts';
import type { Price } from './price-list-repository.ts';

/** A product that costs something else than the buyer saw. */
export interface PriceDifference {
  line: RequestedLine;
  actual: Price;
}

/** Why an order is turned down. */
export type OrderRefusal =
  | { kind: 'productsUnavailable'; productIds: bigint[] }
  | { kind: 'priceChanged'; changes: PriceDifference[] };

/** What a request comes to at the prices of now. */
export type OrderQuote = { kind: 'accepted'; totalMinor: bigint; items: NewOrderItem[] } | OrderRefusal;

/**
 * Holds a request against the price list. A product that is not on the list is unavailable, which outweighs changed prices: the
 * buyer has to change the order anyway.
 * @throws CodedError BAD_USER_INPUT when the total is more than the schema can say
 */
export function quoteOrder({ lines, currency }: OrderRequest, priceList: readonly Price[]): OrderQuote {
  const priceOf = new Map(priceList.map((price) => [price.productId, price]));
  const productIds: bigint[] = [];
  const changes: PriceDifference[] = [];
  const items: NewOrderItem[] = [];
  for (const line of lines) {
    const { productId, quantity, expectedPriceMinor } = line;
    const price = priceOf.get(productId);
    if (!price) productIds.push(productId);
    else if (price.priceMinor !== expectedPriceMinor || price.currency !== currency)
      changes.push({ line, actual: price });
    else items.push({ productId, quantity, unitPriceMinor: price.priceMinor });
  }
  if (productIds.length > 0) return { kind: 'productsUnavailable', productIds };
  if (changes.length > 0) return { kind: 'priceChanged', changes };
  return { kind: 'accepted', totalMinor: totalOf(items), items };
}

function totalOf(items: readonly NewOrderItem[]): bigint {
  const total = items.reduce((sum, { quantity, unitPriceMinor }) => sum + BigInt(quantity) * unitPriceMinor, 0n);
  if (!isRepresentable(total)) throw badInput('lines', 'the total of the order is beyond what an amount can be');
  return total;
}
