import { CATALOG } from '@tributary/prisma/topology/topology';
import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import type { CachedEntity } from '@tributary/runtime/loaders/cached-entity';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import { stockTag } from './stock-cache.ts';
import type { StockRepository, StockRow } from './stock-repository.ts';

export type InventoryLoaders = ReturnType<typeof createLoaders>;

/** The loaders of one request. */
export function createLoaders({
  stock,
  answerPolicy,
  cached,
}: {
  readonly stock: StockRepository;
  readonly answerPolicy: AnswerPolicy;
  /** Where loaded stocks are kept beyond the request. */
  readonly cached?: CachedEntity<StockRow> | undefined;
}) {
  return {
    stockByProductId: createRowLoader({
      name: 'stockByProductId',
      databaseOf: () => CATALOG,
      load: (productIds) => stock.findByProductIds(productIds),
      idOf: ({ productId }) => productId,
      tags: { answerPolicy, ofKey: (productId) => [stockTag(productId)] },
      cached,
    }),
  };
}
