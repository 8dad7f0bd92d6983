import { cachedEntity, type EntityCacheOptions, type Lifetime } from '@tributary/runtime/loaders/cached-entity';
import { idListShape, listShape, rowShape } from '@tributary/runtime/loaders/value-shape';
import type { CategoryRow } from './category-repository.ts';
import type { ProductRow } from './product-repository.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long each kind is kept. Writes invalidate: these times matter for what was changed past the application. */
export const catalogLifetimes = {
  products: { ttlMs: 5 * MINUTE, staleMs: 30 * SECOND, staleIfErrorMs: 10 * MINUTE, missingTtlMs: 10 * SECOND },
  categories: { ttlMs: 10 * MINUTE, staleMs: MINUTE, staleIfErrorMs: 30 * MINUTE, missingTtlMs: 10 * SECOND },
  productPages: { ttlMs: 2 * MINUTE, staleMs: 10 * SECOND, staleIfErrorMs: 10 * MINUTE },
} as const satisfies Record<string, Lifetime>;

export type CatalogLifetimes = Readonly<Record<keyof typeof catalogLifetimes, Lifetime>>;

export type CatalogEntities = ReturnType<typeof catalogEntities>;

const productShape = rowShape<ProductRow>({
  id: 'bigint',
  merchantId: 'bigint',
  categoryId: 'bigint',
  title: 'string',
  description: 'string',
  priceMinor: 'bigint',
  currency: 'string',
  weightGrams: 'number',
  status: ['ACTIVE', 'WITHDRAWN'],
  version: 'number',
  updatedAt: 'date',
});

const categoryShape = rowShape<CategoryRow>({ id: 'bigint', parentId: 'bigint?', slug: 'string', name: 'string' });

/** What this subgraph keeps in a cache. Counts of views are written far more often than read, so they are not among it. */
export function catalogEntities(options: EntityCacheOptions, lifetimes: CatalogLifetimes) {
  const pages = (entity: string) =>
    cachedEntity(options, { entity, shape: idListShape, lifetime: lifetimes.productPages });
  const lifetime = lifetimes.categories;
  return {
    product: cachedEntity<ProductRow>(options, {
      entity: 'product',
      shape: productShape,
      lifetime: lifetimes.products,
    }),
    category: cachedEntity<CategoryRow>(options, { entity: 'category', shape: categoryShape, lifetime }),
    /** Lists of whole rows: the tree is small, and changes seldom. */
    categories: cachedEntity(options, { entity: 'categories', shape: listShape(categoryShape), lifetime }),
    children: cachedEntity(options, { entity: 'children', shape: listShape(categoryShape), lifetime }),
    productsOfCategory: pages('productsOfCategory'),
    productsOfMerchant: pages('productsOfMerchant'),
    productPage: pages('productPage'),
  };
}
