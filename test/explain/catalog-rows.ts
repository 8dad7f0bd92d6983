import { encodeId } from '@tributary/prisma/ids/typed-id';
import { CategoryRepository } from '@tributary/subgraph-catalog/category-repository';
import { conditionsOf, type ProductFilter } from '@tributary/subgraph-catalog/product-filter';
import type { ProductSort } from '@tributary/subgraph-catalog/product-order';
import { ProductRepository } from '@tributary/subgraph-catalog/product-repository';
import { ProductViewsRepository } from '@tributary/subgraph-catalog/product-views-repository';
import { RecentlyViewedRepository } from '@tributary/subgraph-catalog/recently-viewed-repository';
import type { MarketplaceInUse } from './marketplace-in-use.ts';
import { rowsOf } from './repository-rows.ts';

const SORTS: readonly ProductSort[] = ['NEWEST', 'PRICE_ASC', 'PRICE_DESC'];

/** The first page in every order, and one further on. */
function pagesOf({ productIds: [id = 0n] }: MarketplaceInUse) {
  return SORTS.flatMap((sort) => [
    { sort, page: { first: 20, after: null } },
    { sort, page: { first: 20, after: { key: 5_000n, id } } },
  ]);
}

function filtersOf({
  categoryIds: [categoryId = 0n],
  merchantIds: [merchantId = 0n],
}: MarketplaceInUse): ProductFilter[] {
  return [
    {},
    { text: 'copper pan' },
    { categoryId: encodeId('category', categoryId) },
    { merchantId: encodeId('user', merchantId) },
    { minPriceMinorUnits: 1_000, maxPriceMinorUnits: 2_000 },
    { text: 'pan', categoryId: encodeId('category', categoryId), maxPriceMinorUnits: 2_000 },
  ];
}

const details = {
  title: 'Lantern',
  description: 'Gives light.',
  priceMinor: 1_999n,
  currency: 'EUR',
  weightGrams: 800,
};

/** What the catalog asks its database. */
export const catalogRows = [
  rowsOf(ProductRepository, {
    findByIds: (products, { productIds }) => products.findByIds(productIds),
    findExisting: (products, { productIds }) => products.findExisting(productIds),
    list: async (products, marketplace) => {
      for (const filter of filtersOf(marketplace)) {
        for (const page of pagesOf(marketplace)) await products.list(conditionsOf(filter), page);
      }
    },
    listByCategories: async (products, marketplace) => {
      for (const page of pagesOf(marketplace))
        await products.listByCategories(marketplace.categoryIds.slice(0, 5), page);
    },
    listByMerchants: async (products, { merchantIds, productIds }) => {
      await products.listByMerchants(merchantIds, { first: 20, after: null });
      await products.listByMerchants(merchantIds, { first: 20, after: productIds.at(-1) ?? null });
    },
    insert: (
      products,
      { newCatalogId: id, merchantIds: [merchantId = 0n], categoryIds: [categoryId = 0n], inCatalog },
    ) => inCatalog((tx) => products.insert(tx, { id, merchantId, categoryId, ...details })),
    lock: (products, { productIds: [id = 0n], inCatalog }) => inCatalog((tx) => products.lock(tx, id)),
    update: (products, { productIds: [id = 0n], categoryIds: [categoryId = 0n], inCatalog }) =>
      inCatalog((tx) => products.update(tx, { id, categoryId, status: 'ACTIVE', ...details })),
  }),
  rowsOf(CategoryRepository, {
    findByIds: (categories, { categoryIds }) => categories.findByIds(categoryIds),
    findRoots: (categories) => categories.findRoots(),
    findChildren: (categories, { categoryIds }) => categories.findChildren(categoryIds),
    findPathIds: (categories, { categoryIds: [id = 0n], inCatalog }) =>
      inCatalog((tx) => categories.findPathIds(tx, [id])),
    search: (categories) => categories.search('pans', 20),
    lock: (categories, { categoryIds: [id = 0n], inCatalog }) => inCatalog((tx) => categories.lock(tx, id)),
  }),
  rowsOf(ProductViewsRepository, {
    findByProducts: (views, { productIds }) => views.findByProducts(productIds),
    add: (views, { productIds, inCatalog }) =>
      inCatalog((tx) =>
        views.add(
          tx,
          productIds.map((productId) => ({ productId, count: 2n })),
        ),
      ),
  }),
  rowsOf(RecentlyViewedRepository, {
    findOfUsers: (viewed, { shard, userIds }) => viewed.findOfUsers(shard, userIds, 20),
    write: (viewed, { userIds, productIds, onShard }) =>
      onShard((tx) =>
        viewed.write(
          tx,
          userIds.flatMap((userId) => productIds.map((productId) => ({ userId, productId, viewedAtMs: Date.now() }))),
        ),
      ),
    trim: (viewed, { userIds, onShard }) => onShard((tx) => viewed.trim(tx, userIds, 50)),
  }),
];
