import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG } from '@tributary/prisma/topology/topology';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import { createPageLoader, pageArgumentsText } from '@tributary/runtime/loaders/page-loader';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { CategoryRepository, CategoryRow } from './category-repository.ts';
import type { ProductPage, ProductRepository } from './product-repository.ts';
import type { ProductViewsRepository } from './product-views-repository.ts';
import type { RecentlyViewedRepository } from './recently-viewed-repository.ts';

export type CatalogLoaders = ReturnType<typeof createLoaders>;

export interface CatalogRepositories {
  readonly products: ProductRepository;
  readonly categories: CategoryRepository;
  readonly productViews: ProductViewsRepository;
  readonly recentlyViewed: RecentlyViewedRepository;
}

const databaseOf = () => CATALOG;

/** The loaders of one request. */
export function createLoaders({
  databases,
  repositories: { products, categories, productViews, recentlyViewed },
}: {
  databases: Databases;
  repositories: CatalogRepositories;
}) {
  return {
    productById: createRowLoader({
      name: 'productById',
      databaseOf,
      load: (ids) => products.findByIds(ids),
      idOf: ({ id }) => id,
    }),

    categoryById: createRowLoader({
      name: 'categoryById',
      databaseOf,
      load: (ids) => categories.findByIds(ids),
      idOf: ({ id }) => id,
    }),

    childrenOfCategory: createBatchLoader<bigint, readonly CategoryRow[], readonly CategoryRow[]>({
      name: 'childrenOfCategory',
      keyText: String,
      groupOf: databaseOf,
      load: async (ids) => Map.groupBy(await categories.findChildren(ids), ({ parentId }) => String(parentId)),
      missing: [],
    }),

    /** Up to `first + 1` products in the order that is asked for. */
    productsOfCategory: createPageLoader({
      name: 'productsOfCategory',
      databaseOf,
      pageText: ({ sort, page: { first, after } }: ProductPage) =>
        `first=${first} after=${after === null ? '' : `${after.key}/${after.id}`} sort=${sort}`,
      load: (categoryIds, page) => products.listByCategories(categoryIds, page),
      parentIdOf: ({ parentId }) => parentId,
    }),

    /** Up to `first + 1` products, newest first. */
    productsOfMerchant: createPageLoader({
      name: 'productsOfMerchant',
      databaseOf,
      pageText: pageArgumentsText,
      load: (merchantIds, page) => products.listByMerchants(merchantIds, page),
      parentIdOf: ({ parentId }) => parentId,
    }),

    viewCountOfProduct: createBatchLoader<bigint, bigint, bigint>({
      name: 'viewCountOfProduct',
      keyText: (id) => id,
      groupOf: databaseOf,
      load: async (ids) =>
        new Map((await productViews.findByProducts(ids)).map(({ productId, count }) => [productId, count])),
      missing: 0n,
    }),

    /** Up to `first` products, the latest first. Whose they are is checked before. */
    recentlyViewedOfUser: createPageLoader({
      name: 'recentlyViewedOfUser',
      databaseOf: (userId) => databases.databaseNameOf(userId),
      pageText: ({ first }: Pick<PageArguments, 'first'>) => `first=${first}`,
      load: (userIds, { first }, database) => recentlyViewed.findOfUsers(database, userIds, first),
      parentIdOf: ({ userId }) => userId,
    }),
  };
}
