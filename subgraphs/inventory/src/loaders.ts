import { CATALOG } from '@tributary/prisma/topology/topology';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { StockRepository } from './stock-repository.ts';

export type InventoryLoaders = ReturnType<typeof createLoaders>;

/** The loaders of one request. */
export function createLoaders({ stock }: { stock: StockRepository }) {
  return {
    stockByProductId: createRowLoader({
      name: 'stockByProductId',
      databaseOf: () => CATALOG,
      load: (productIds) => stock.findByProductIds(productIds),
      idOf: ({ productId }) => productId,
    }),
  };
}
