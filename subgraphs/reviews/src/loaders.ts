import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG } from '@tributary/prisma/topology/topology';
import { createPageLoader, pageArgumentsText } from '@tributary/runtime/loaders/page-loader';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { ReviewIndexRepository } from './review-index-repository.ts';
import type { ReviewRepository } from './review-repository.ts';

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
    review: createRowLoader({
      name: 'review',
      databaseOf,
      load: (ids, database) => reviews.findByIds(database, ids),
      idOf: ({ id }) => id,
    }),

    ratingOfProduct: createRowLoader({
      name: 'ratingOfProduct',
      databaseOf: () => CATALOG,
      load: (productIds) => reviewIndex.findRatings(productIds),
      idOf: ({ productId }) => productId,
    }),

    /** Where up to `first + 1` reviews are, newest first. */
    reviewIdsOfProduct: createPageLoader({
      name: 'reviewIdsOfProduct',
      databaseOf: () => CATALOG,
      pageText: pageArgumentsText,
      load: (productIds, { first, after }) =>
        reviewIndex.findOfProducts({ productIds, before: after, limit: first + 1 }),
      parentIdOf: ({ productId }) => productId,
    }),

    /** Up to `first + 1` reviews, newest first. */
    reviewsOfAuthor: createPageLoader({
      name: 'reviewsOfAuthor',
      databaseOf,
      pageText: pageArgumentsText,
      load: (authorIds, { first, after }, database) =>
        reviews.findOfAuthors(database, { authorIds, before: after, limit: first + 1 }),
      parentIdOf: ({ authorId }) => authorId,
    }),
  };
}
