import { describe, expect, it } from '@jest/globals';
import { quoteOrder } from './order-quote.ts';
import type { RequestedLine } from './order-request.ts';

const line = (productId: bigint, quantity: number, expectedPriceMinor: bigint): RequestedLine => ({
  productId,
  quantity,
  expectedPriceMinor,
});
const requestOf = (...lines: RequestedLine[]) => ({ currency: 'EUR', shippingCountry: 'DE', lines });
const price = (productId: bigint, priceMinor: bigint, currency = 'EUR') => ({ productId, priceMinor, currency });

describe('quoteOrder', () => {
  it('sums up quantities at the prices of the list, in the order of the lines', () => {
    const request = requestOf(line(2n, 3, 500n), line(1n, 1, 1_999n));
    expect(quoteOrder(request, [price(1n, 1_999n), price(2n, 500n)])).toEqual({
      kind: 'accepted',
      totalMinor: 3_499n,
      items: [
        { productId: 2n, quantity: 3, unitPriceMinor: 500n },
        { productId: 1n, quantity: 1, unitPriceMinor: 1_999n },
      ],
    });
  });

  it('names every product whose price is another, also when only the currency is', () => {
    const request = requestOf(line(1n, 1, 100n), line(2n, 1, 200n), line(3n, 1, 300n));
    const [cheaper, inDollars] = [price(1n, 99n), price(3n, 300n, 'USD')];
    expect(quoteOrder(request, [cheaper, price(2n, 200n), inDollars])).toEqual({
      kind: 'priceChanged',
      changes: [
        { line: request.lines[0], actual: cheaper },
        { line: request.lines[2], actual: inDollars },
      ],
    });
  });

  it('names the products that are not on the list before it speaks of prices', () => {
    const request = requestOf(line(1n, 1, 100n), line(2n, 1, 200n));
    expect(quoteOrder(request, [price(1n, 99n)])).toEqual({ kind: 'productsUnavailable', productIds: [2n] });
  });

  it('refuses a total that the schema cannot say', () => {
    const dear = BigInt(Number.MAX_SAFE_INTEGER);
    expect(() => quoteOrder(requestOf(line(1n, 2, dear)), [price(1n, dear)])).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT' }),
    );
    expect(quoteOrder(requestOf(line(1n, 1, dear)), [price(1n, dear)])).toMatchObject({ totalMinor: dear });
  });
});
