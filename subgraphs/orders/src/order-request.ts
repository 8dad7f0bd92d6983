import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { Money } from '@tributary/prisma/money/money';
import { badInput } from '@tributary/runtime/input/bad-input';

/** `PlaceOrderInput` of the schema. */
export interface PlaceOrderInput {
  idempotencyKey?: string | null;
  lines: readonly { productId: string; quantity: number; expectedUnitPrice: Money }[];
  shippingCountry: string;
}

/** One line of an order that is asked for; the price is the one that the buyer saw, in minor units of the order's currency. */
export interface RequestedLine {
  productId: bigint;
  quantity: number;
  expectedPriceMinor: bigint;
}

/** An order that is asked for and could be placed as far as can be told without looking at products. */
export interface OrderRequest {
  currency: string;
  shippingCountry: string;
  lines: RequestedLine[];
}

const MAX_LINES = 50;
const MAX_QUANTITY = 1_000;

/**
 * Checks what a client asks for.
 * @throws CodedError BAD_USER_INPUT with the field in `extensions.field`
 * @throws InvalidIdError for an id that is not a product's
 */
export function readOrderRequest({ lines, shippingCountry }: PlaceOrderInput): OrderRequest {
  const [firstLine] = lines;
  if (!firstLine || lines.length > MAX_LINES) {
    throw badInput('lines', `an order has 1 to ${MAX_LINES} lines, not ${lines.length}`);
  }
  const currency = firstLine.expectedUnitPrice.currency.toUpperCase();
  const seen = new Set<bigint>();
  return {
    currency,
    shippingCountry: shippingCountry.toUpperCase(),
    lines: lines.map(({ productId, quantity, expectedUnitPrice }, index) => {
      const id = decodeId('product', productId);
      if (seen.has(id)) throw badInput(`lines.${index}.productId`, `${productId} is in another line already`);
      seen.add(id);
      if (quantity > MAX_QUANTITY) {
        throw badInput(`lines.${index}.quantity`, `at most ${MAX_QUANTITY} units can be ordered, not ${quantity}`);
      }
      if (expectedUnitPrice.currency.toUpperCase() !== currency) {
        throw badInput(`lines.${index}.expectedUnitPrice.currency`, 'all lines of an order have one currency');
      }
      return { productId: id, quantity, expectedPriceMinor: BigInt(expectedUnitPrice.minorUnits) };
    }),
  };
}
