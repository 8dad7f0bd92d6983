import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import { publishWith, stockRejected, stockReserved } from './events.ts';
import type { InventoryRepositories } from './inventory-repositories.ts';
import { noteStocks, type StockChanges } from './stock-cache.ts';
import type { StockLine, StockRow } from './stock-repository.ts';
import { stocksAfter } from './stocks-after.ts';

/**
 * Holds all items of an order or none, and publishes which. An order that was handled or cancelled before is left alone.
 *
 * A stock that is too small as it is read is not locked: of a product that everybody wants, those who come too late wait for
 * nobody. An order's reservation is taken first and its stocks second, in the order of product ids, here and in the release: so
 * orders wait for each other and never block each other.
 *
 * @param order its lines are of different products
 */
export async function reserveStock(
  tx: SqlTransaction,
  { stock, reservations }: InventoryRepositories,
  { orderId, lines }: { readonly orderId: bigint; readonly lines: readonly StockLine[] },
  changes: StockChanges,
): Promise<void> {
  const productIds = productIdsOf(lines);
  const seenTooFew = linesWithTooFew(lines, await stock.findInTransaction(tx, productIds));
  if (seenTooFew.length > 0) {
    if (await reservations.begin(tx, orderId, 'REJECTED')) await publishRejected(tx, orderId, seenTooFew);
    return;
  }
  if (!(await reservations.begin(tx, orderId, 'RESERVED'))) return;
  const stocks = await stock.lock(tx, productIds);
  const tooFew = linesWithTooFew(lines, stocks);
  if (tooFew.length > 0) {
    await reservations.reject(tx, orderId);
    await publishRejected(tx, orderId, tooFew);
    return;
  }
  await stock.reserve(tx, lines);
  await noteStocks(changes, tx, stocksAfter(stocks, lines));
  await reservations.addLines(tx, orderId, lines);
  await publishWith(tx, stockReserved, { aggregateId: orderId, payload: { orderId: encodeId('order', orderId) } });
}

async function publishRejected(tx: SqlTransaction, orderId: bigint, tooFew: readonly StockLine[]): Promise<void> {
  const productIds = productIdsOf(tooFew).map((id) => encodeId('product', id));
  const payload = { orderId: encodeId('order', orderId), productIds };
  await publishWith(tx, stockRejected, { aggregateId: orderId, payload });
}

/** The lines that ask for more than there is; of a product without a stock there is nothing. */
export function linesWithTooFew(
  lines: readonly StockLine[],
  stocks: readonly Pick<StockRow, 'productId' | 'available'>[],
): StockLine[] {
  const availableOf = new Map(stocks.map(({ productId, available }) => [productId, available]));
  return lines.filter(({ productId, quantity }) => (availableOf.get(productId) ?? 0) < quantity);
}

function productIdsOf(lines: readonly StockLine[]): bigint[] {
  return lines.map(({ productId }) => productId);
}
