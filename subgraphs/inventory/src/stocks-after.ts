import type { StockLine, StockRow } from './stock-repository.ts';

/** Stocks as they are when the lines, each of another product, have been reserved; a negative quantity is given back. */
export function stocksAfter(stocks: readonly StockRow[], lines: readonly StockLine[]): StockRow[] {
  const quantityOf = new Map(lines.map(({ productId, quantity }) => [productId, quantity]));
  return stocks.map((stock) => {
    const quantity = quantityOf.get(stock.productId) ?? 0;
    return { ...stock, available: stock.available - quantity, reserved: stock.reserved + quantity };
  });
}
