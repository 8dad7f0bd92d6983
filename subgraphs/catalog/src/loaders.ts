import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { CategoryRepository, CategoryRow } from './category-repository.ts';
import { createPageLoader } from './page-loader.ts';
import type { ProductPage, ProductRepository, ProductRow } from './product-repository.ts';

export type CatalogLoaders = ReturnType<typeof createLoaders>;

export interface CatalogRepositories {
  readonly products: ProductRepository;
  readonly categories: CategoryRepository;
}

const groupOf = () => 'catalog';

/** The loaders of one request. */
export function createLoaders({ products, categories }: CatalogRepositories) {
  return {
    productById: createBatchLoader<bigint, ProductRow>({
      name: 'productById',
      keyText: String,
      groupOf,
      load: async (ids) => byId(await products.findByIds(ids)),
      missing: null,
    }),

    categoryById: createBatchLoader<bigint, CategoryRow>({
      name: 'categoryById',
      keyText: String,
      groupOf,
      load: async (ids) => byId(await categories.findByIds(ids)),
      missing: null,
    }),

    childrenOfCategory: createBatchLoader<bigint, readonly CategoryRow[], readonly CategoryRow[]>({
      name: 'childrenOfCategory',
      keyText: String,
      groupOf,
      load: async (ids) => Map.groupBy(await categories.findChildren(ids), ({ parentId }) => String(parentId)),
      missing: [],
    }),

    productsOfCategory: createPageLoader<ProductPage>({
      name: 'productsOfCategory',
      pageText: ({ sort, page: { first, after } }) =>
        after === null ? `${sort} first ${first}` : `${sort} first ${first} after ${after.key}/${after.id}`,
      load: (categoryIds, page) => products.listByCategories(categoryIds, page),
    }),

    productsOfMerchant: createPageLoader<PageArguments>({
      name: 'productsOfMerchant',
      pageText: ({ first, after }) => (after === null ? `first ${first}` : `first ${first} after ${after}`),
      load: (merchantIds, page) => products.listByMerchants(merchantIds, page),
    }),
  };
}

function byId<Row extends { readonly id: bigint }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [String(row.id), row]));
}
