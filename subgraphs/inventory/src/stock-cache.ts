import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { CacheChanges } from '@tributary/runtime/cache-invalidation/cache-changes';
import type { CachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';
import {
  type CachedEntity,
  cachedEntity,
  type EntityCacheOptions,
  type Lifetime,
} from '@tributary/runtime/loaders/cached-entity';
import { rowShape } from '@tributary/runtime/loaders/value-shape';
import type { StockRow } from './stock-repository.ts';

/**
 * How long a stock is kept. Short, because what is shown of it is a promise to a buyer; what decides over an order is always
 * the row itself, locked. Reservations are not kept: nobody is shown them.
 */
export const stockLifetime: Lifetime = { ttlMs: 5_000, staleIfErrorMs: 30_000, missingTtlMs: 1_000 };

const shape = rowShape<StockRow>({
  productId: 'bigint',
  merchantId: 'bigint',
  available: 'number',
  reserved: 'number',
});

/** The stocks of products in the cache of this subgraph. */
export function cachedStock(options: EntityCacheOptions, lifetime: Lifetime = stockLifetime): CachedEntity<StockRow> {
  return cachedEntity<StockRow>(options, { entity: 'stock', shape, lifetime });
}

/** How many units of a product there are. */
export function stockTag(productId: bigint): string {
  return `stock:${encodeId('product', productId)}`;
}

/** What a transaction changes of the stocks that caches keep. */
export type StockChanges = CacheChanges<SqlTransaction, StockRow>;

/** Runs transactions that change stocks. */
export interface StockWrites {
  run<T>(transaction: (changes: StockChanges) => Promise<T>): Promise<T>;
}

/** Stocks are written through: a product whose stock changes is one that many look at. */
export function stockWrites(
  writes: CachedWrites<SqlTransaction>,
  entity: CachedEntity<StockRow> | undefined,
): StockWrites {
  return { run: (transaction) => writes.run(transaction, entity) };
}

/** Has stocks kept as the transaction leaves them. */
export async function noteStocks(
  changes: StockChanges,
  tx: SqlTransaction,
  stocks: readonly StockRow[],
): Promise<void> {
  const [first] = stocks;
  if (first === undefined) return;
  await changes.invalidate(tx, first.productId, () => stocks.map(({ productId }) => stockTag(productId)));
  for (const stock of stocks) changes.keep(stock.productId, stock, [stockTag(stock.productId)]);
}
