import { describe, expect, it } from '@jest/globals';
import { linesWithTooFew } from './reserve-stock.ts';

describe('the lines of an order with too few units', () => {
  it('are none when each product has as many as asked for', () => {
    const lines = [
      { productId: 1n, quantity: 2 },
      { productId: 2n, quantity: 1 },
    ];
    const stocks = [
      { productId: 2n, available: 5 },
      { productId: 1n, available: 2 },
    ];
    expect(linesWithTooFew(lines, stocks)).toEqual([]);
  });

  it('are those that ask for more than there is, and those of products without a stock', () => {
    const [enough, tooMany, unknown] = [
      { productId: 1n, quantity: 1 },
      { productId: 2n, quantity: 3 },
      { productId: 3n, quantity: 1 },
    ] as const;
    const stocks = [
      { productId: 1n, available: 1 },
      { productId: 2n, available: 2 },
    ];
    expect(linesWithTooFew([enough, tooMany, unknown], stocks)).toEqual([tooMany, unknown]);
  });
});
