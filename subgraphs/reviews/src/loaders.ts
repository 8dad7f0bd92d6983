import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG } from '@tributary/prisma/topology/topology';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { ProductRatingRow, ReviewIndexRepository } from './review-index-repository.ts';
import type { ReviewRepository, ReviewRow } from './review-repository.ts';

/** One page of the reviews of one product or of one author. */
export interface ReviewsPageKey extends PageArguments {
  parentId: bigint;
}

export interface LoaderDependencies {
  databases: Databases;
  reviews: ReviewRepository;
  reviewIndex: ReviewIndexRepository;
}

/** What one request reads reviews through: one statement a database for all keys of a batch. */
export type ReviewsLoaders = ReturnType<typeof createReviewsLoaders>;

/** Makes the loaders of one request. */
export function createReviewsLoaders({ databases, reviews, reviewIndex }: LoaderDependencies) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);

  return {
    review: createBatchLoader<bigint, ReviewRow>({
      name: 'review',
      keyText: String,
      groupOf: databaseOf,
      missing: null,
      load: async (ids, database) =>
        new Map((await reviews.findByIds(database, ids)).map((review) => [String(review.id), review])),
    }),

    ratingOfProduct: createBatchLoader<bigint, ProductRatingRow>({
      name: 'ratingOfProduct',
      keyText: String,
      groupOf: () => CATALOG,
      missing: null,
      load: async (productIds) =>
        new Map((await reviewIndex.findRatings(productIds)).map((rating) => [String(rating.productId), rating])),
    }),

    /** The ids of up to `first + 1` reviews, newest first. */
    reviewIdsOfProduct: createBatchLoader<ReviewsPageKey, bigint[], bigint[]>({
      name: 'reviewIdsOfProduct',
      keyText: (key) => `${key.parentId} ${pageText(key)}`,
      groupOf: (key) => `${CATALOG} ${pageText(key)}`,
      missing: [],
      load: async (keys) => {
        const [sample] = keys;
        if (!sample) return new Map();
        const productIds = keys.map(({ parentId }) => parentId);
        const rows = await reviewIndex.findOfProducts({ productIds, ...boundsOf(sample) });
        const pages = Map.groupBy(rows, ({ productId }) => `${productId} ${pageText(sample)}`);
        return new Map([...pages].map(([text, page]) => [text, page.map(({ reviewId }) => reviewId)]));
      },
    }),

    /** Up to `first + 1` reviews, newest first. */
    reviewsOfAuthor: createBatchLoader<ReviewsPageKey, ReviewRow[], ReviewRow[]>({
      name: 'reviewsOfAuthor',
      keyText: (key) => `${key.parentId} ${pageText(key)}`,
      groupOf: (key) => `${databaseOf(key.parentId)} ${pageText(key)}`,
      missing: [],
      load: async (keys) => {
        const [sample] = keys;
        if (!sample) return new Map();
        const authorIds = keys.map(({ parentId }) => parentId);
        const rows = await reviews.findOfAuthors(databaseOf(sample.parentId), { authorIds, ...boundsOf(sample) });
        return Map.groupBy(rows, ({ authorId }) => `${authorId} ${pageText(sample)}`);
      },
    }),
  };
}

function boundsOf({ first, after }: PageArguments): { before: bigint | null; limit: number } {
  return { before: after, limit: first + 1 };
}

/** Equal for keys that one statement can serve. */
function pageText({ first, after }: PageArguments): string {
  return `first=${first} after=${after ?? ''}`;
}
