import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG } from '@tributary/prisma/topology/topology';
import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import { createPageLoader, pageArgumentsText } from '@tributary/runtime/loaders/page-loader';
import { createPageOfIdsLoader } from '@tributary/runtime/loaders/page-of-ids-loader';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import { ALL_CATEGORIES, categoryTag, productsOfCategoryTag, productsOfMerchantTag, productTag } from './cache-tags.ts';
import type { CatalogEntities } from './cached-entities.ts';
import type { CategoryRepository, CategoryRow } from './category-repository.ts';
import { createProductListing } from './product-listing.ts';
import type { ProductOf, ProductPage, ProductRepository, ProductRow } from './product-repository.ts';
import type { ProductViewsRepository } from './product-views-repository.ts';
import type { RecentlyViewedRepository } from './recently-viewed-repository.ts';

export type CatalogLoaders = ReturnType<typeof createLoaders>;

export interface CatalogRepositories {
  readonly products: ProductRepository;
  readonly categories: CategoryRepository;
  readonly productViews: ProductViewsRepository;
  readonly recentlyViewed: RecentlyViewedRepository;
}

export interface CatalogLoaderOptions {
  readonly databases: Databases;
  readonly repositories: CatalogRepositories;
  readonly answerPolicy: AnswerPolicy;
  /** Where loaded rows are kept beyond the request. */
  readonly cached?: CatalogEntities | undefined;
}

const databaseOf = () => CATALOG;
const tagsOfProducts = (rows: readonly ProductRow[]) => rows.map(({ id }) => productTag(id));
const tagsOfCategories = (rows: readonly CategoryRow[]) => rows.map(({ id }) => categoryTag(id));

/** The loaders of one request. */
export function createLoaders({ databases, repositories, answerPolicy, cached }: CatalogLoaderOptions) {
  const { products, categories, productViews, recentlyViewed } = repositories;
  const productById = createRowLoader<ProductRow>({
    name: 'productById',
    databaseOf,
    load: (ids) => products.findByIds(ids),
    idOf: ({ id }) => id,
    tags: { answerPolicy, ofKey: (id) => [productTag(id)] },
    cached: cached?.product,
  });

  return {
    productById,
    listProducts: createProductListing({ products, answerPolicy, productById, cached: cached?.productPage }),

    categoryById: createRowLoader({
      name: 'categoryById',
      databaseOf,
      load: (ids) => categories.findByIds(ids),
      idOf: ({ id }) => id,
      tags: { answerPolicy, ofKey: (id) => [categoryTag(id)] },
      cached: cached?.category,
    }),

    /** The top of the tree, by the one key there is. */
    rootCategories: createBatchLoader<'roots', readonly CategoryRow[], readonly CategoryRow[]>({
      name: 'rootCategories',
      keyText: (key) => key,
      groupOf: databaseOf,
      load: async () => new Map([['roots', await categories.findRoots()]]),
      missing: [],
      tags: { answerPolicy, ofKey: () => [ALL_CATEGORIES], ofValue: tagsOfCategories },
      cached: cached?.categories,
    }),

    childrenOfCategory: createBatchLoader<bigint, readonly CategoryRow[], readonly CategoryRow[]>({
      name: 'childrenOfCategory',
      keyText: String,
      groupOf: databaseOf,
      load: async (ids) => Map.groupBy(await categories.findChildren(ids), ({ parentId }) => String(parentId)),
      missing: [],
      tags: { answerPolicy, ofKey: () => [ALL_CATEGORIES], ofValue: tagsOfCategories },
      cached: cached?.children,
    }),

    /** Up to `first + 1` products in the order that is asked for. */
    productsOfCategory: createPageOfIdsLoader<ProductPage, ProductRow, ProductOf>({
      name: 'productsOfCategory',
      databaseOf,
      pageText: ({ sort, page: { first, after } }: ProductPage) =>
        `first=${first} after=${after === null ? '' : `${after.key}/${after.id}`} sort=${sort}`,
      load: (categoryIds, page) => products.listByCategories(categoryIds, page),
      parentIdOf: ({ parentId }) => parentId,
      idOf: ({ id }) => id,
      tags: { answerPolicy, ofKey: ({ parentId }) => [productsOfCategoryTag(parentId)], ofValue: tagsOfProducts },
      cached: cached && { ids: cached.productsOfCategory, rowById: productById },
    }),

    /** Up to `first + 1` products, newest first. */
    productsOfMerchant: createPageOfIdsLoader<PageArguments, ProductRow, ProductOf>({
      name: 'productsOfMerchant',
      databaseOf,
      pageText: pageArgumentsText,
      load: (merchantIds, page) => products.listByMerchants(merchantIds, page),
      parentIdOf: ({ parentId }) => parentId,
      idOf: ({ id }) => id,
      tags: { answerPolicy, ofKey: ({ parentId }) => [productsOfMerchantTag(parentId)], ofValue: tagsOfProducts },
      cached: cached && { ids: cached.productsOfMerchant, rowById: productById },
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
