import { createHash } from 'node:crypto';
import { CATALOG } from '@tributary/prisma/topology/topology';
import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { CachedEntity } from '@tributary/runtime/loaders/cached-entity';
import { type CachedIds, loadRows } from '@tributary/runtime/loaders/page-of-ids-loader';
import { tagsOfAll } from '@tributary/runtime/loaders/tags-of-all';
import { ALL_PRODUCTS, productTag } from './cache-tags.ts';
import { conditionsOf, type ProductFilter } from './product-filter.ts';
import type { ProductPage, ProductRepository, ProductRow } from './product-repository.ts';

interface FilteredPage {
  readonly filter: ProductFilter;
  readonly page: ProductPage;
}

/** Up to `first + 1` products on sale that match a filter, in the order that is asked for. */
export type ListProducts = (asked: FilteredPage) => Promise<readonly ProductRow[]>;

/**
 * Lists products for one request. First pages are kept; of those behind them few are ever asked for again.
 */
export function createProductListing(options: {
  readonly products: ProductRepository;
  readonly answerPolicy: AnswerPolicy;
  readonly productById: CachedIds<ProductRow>['rowById'];
  readonly cached: CachedEntity<readonly bigint[]> | undefined;
}): ListProducts {
  const { products, answerPolicy, productById, cached } = options;
  const list = ({ filter, page }: FilteredPage) => products.list(conditionsOf(filter), page);

  async function listNow(asked: FilteredPage): Promise<readonly ProductRow[]> {
    const rows = await list(asked);
    answerPolicy.addTags([ALL_PRODUCTS]);
    answerPolicy.addTags(tagsOfAll(rows, ({ id }) => [productTag(id)]));
    return rows;
  }
  if (!cached) return listNow;

  const firstPages = createBatchLoader<FilteredPage, readonly bigint[], readonly bigint[]>({
    name: 'firstPageOfProducts',
    keyText: textOf,
    groupOf: (asked) => `${CATALOG} ${textOf(asked)}`,
    load: async (asked) => {
      const pages = asked.map(async (each) => [textOf(each), (await list(each)).map(({ id }) => id)] as const);
      return new Map(await Promise.all(pages));
    },
    missing: [],
    tags: { answerPolicy, ofKey: () => [ALL_PRODUCTS] },
    cached,
  });
  return async (asked) =>
    asked.page.page.after === null ? loadRows(productById, await firstPages.load(asked)) : listNow(asked);
}

/** The same for the same page of the same filter. A digest: a filter holds words that somebody typed. */
function textOf({ filter, page: { sort, page } }: FilteredPage): string {
  const { text, categoryId, merchantId, minPriceMinorUnits, maxPriceMinorUnits } = filter;
  const parts = [text, categoryId, merchantId, minPriceMinorUnits, maxPriceMinorUnits, sort, page.first];
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('base64url');
}
