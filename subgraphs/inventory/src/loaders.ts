import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { StockRepository, StockRow } from './stock-repository.ts';

export type InventoryLoaders = ReturnType<typeof createLoaders>;

/** The loaders of one request. */
export function createLoaders({ stock }: { stock: StockRepository }) {
  return {
    stockByProductId: createBatchLoader<bigint, StockRow>({
      name: 'stockByProductId',
      keyText: String,
      groupOf: () => 'catalog',
      load: async (productIds) => {
        const rows = await stock.findByProductIds(productIds);
        return new Map(rows.map((row) => [String(row.productId), row]));
      },
      missing: null,
    }),
  };
}
