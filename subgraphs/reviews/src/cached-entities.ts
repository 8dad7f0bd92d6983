import { cachedEntity, type EntityCacheOptions, type Lifetime } from '@tributary/runtime/loaders/cached-entity';
import { idListShape, listShape, rowShape } from '@tributary/runtime/loaders/value-shape';
import type { ProductRatingRow, ReviewIndexRow } from './review-index-repository.ts';
import type { ReviewRow } from './review-repository.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long each kind is kept. Writes invalidate: these times matter for what was changed past the application. */
export const reviewsLifetimes = {
  reviews: { ttlMs: 10 * MINUTE, staleMs: MINUTE, staleIfErrorMs: 30 * MINUTE, missingTtlMs: 10 * SECOND },
  ratings: { ttlMs: 2 * MINUTE, staleMs: 10 * SECOND, staleIfErrorMs: 10 * MINUTE, missingTtlMs: 5 * SECOND },
  pages: { ttlMs: 2 * MINUTE, staleMs: 10 * SECOND, staleIfErrorMs: 10 * MINUTE },
} as const satisfies Record<string, Lifetime>;

export type ReviewsLifetimes = Readonly<Record<keyof typeof reviewsLifetimes, Lifetime>>;

export type ReviewsEntities = ReturnType<typeof reviewsEntities>;

const reviewShape = rowShape<ReviewRow>({
  id: 'bigint',
  authorId: 'bigint',
  productId: 'bigint',
  rating: 'number',
  title: 'string',
  body: 'string',
});
const ratingShape = rowShape<ProductRatingRow>({ productId: 'bigint', count: 'number', sum: 'number' });
const indexShape = listShape(rowShape<ReviewIndexRow>({ productId: 'bigint', reviewId: 'bigint' }));

/** What this subgraph keeps in a cache. */
export function reviewsEntities(options: EntityCacheOptions, { reviews, ratings, pages }: ReviewsLifetimes) {
  return {
    review: cachedEntity<ReviewRow>(options, { entity: 'review', shape: reviewShape, lifetime: reviews }),
    rating: cachedEntity<ProductRatingRow>(options, { entity: 'rating', shape: ratingShape, lifetime: ratings }),
    reviewsOfProduct: cachedEntity(options, { entity: 'reviewsOfProduct', shape: indexShape, lifetime: pages }),
    reviewsOfAuthor: cachedEntity(options, { entity: 'reviewsOfAuthor', shape: idListShape, lifetime: pages }),
  };
}
