import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { InventoryRepositories } from './inventory-repositories.ts';
import { noteStocks, type StockChanges } from './stock-cache.ts';
import { stocksAfter } from './stocks-after.ts';

/**
 * Gives back what a dead order holds, cancelled or expired, once. News of its end that come before the order leave a mark, and
 * the order then finds that there is nothing to reserve any more.
 */
export async function releaseStock(
  tx: SqlTransaction,
  { stock, reservations }: InventoryRepositories,
  orderId: bigint,
  changes: StockChanges,
): Promise<void> {
  if (!(await reservations.end(tx, orderId))) return;
  const lines = await reservations.findLines(tx, orderId);
  if (lines.length === 0) return;
  const stocks = await stock.lock(
    tx,
    lines.map(({ productId }) => productId),
  );
  await stock.release(tx, lines);
  const given = lines.map(({ productId, quantity }) => ({ productId, quantity: -quantity }));
  await noteStocks(changes, tx, stocksAfter(stocks, given));
}
