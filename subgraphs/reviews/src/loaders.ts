import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG } from '@tributary/prisma/topology/topology';
import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import { createPageLoader, pageArgumentsText } from '@tributary/runtime/loaders/page-loader';
import { createPageOfIdsLoader } from '@tributary/runtime/loaders/page-of-ids-loader';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import { ratingTag, reviewsOfAuthorTag, reviewsOfProductTag, reviewTag } from './cache-tags.ts';
import type { ReviewsEntities } from './cached-entities.ts';
import type { ProductRatingRow, ReviewIndexRepository } from './review-index-repository.ts';
import type { ReviewRepository, ReviewRow } from './review-repository.ts';

export interface LoaderDependencies {
  databases: Databases;
  reviews: ReviewRepository;
  reviewIndex: ReviewIndexRepository;
  answerPolicy: AnswerPolicy;
  /** Where loaded rows are kept beyond the request. */
  cached?: ReviewsEntities | undefined;
}

/** What one request reads reviews through: one statement a database for all keys of a batch. */
export type ReviewsLoaders = ReturnType<typeof createReviewsLoaders>;

/** Makes the loaders of one request. */
export function createReviewsLoaders({ databases, reviews, reviewIndex, answerPolicy, cached }: LoaderDependencies) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);
  const review = createRowLoader<ReviewRow>({
    name: 'review',
    databaseOf,
    load: (ids, database) => reviews.findByIds(database, ids),
    idOf: ({ id }) => id,
    tags: { answerPolicy, ofKey: (id) => [reviewTag(id)] },
    cached: cached?.review,
  });

  return {
    review,

    ratingOfProduct: createRowLoader<ProductRatingRow>({
      name: 'ratingOfProduct',
      databaseOf: () => CATALOG,
      load: (productIds) => reviewIndex.findRatings(productIds),
      idOf: ({ productId }) => productId,
      tags: { answerPolicy, ofKey: (productId) => [ratingTag(productId)] },
      cached: cached?.rating,
    }),

    /** Where up to `first + 1` reviews are, newest first. */
    reviewIdsOfProduct: createPageLoader({
      name: 'reviewIdsOfProduct',
      databaseOf: () => CATALOG,
      pageText: pageArgumentsText,
      load: (productIds, { first, after }) =>
        reviewIndex.findOfProducts({ productIds, before: after, limit: first + 1 }),
      parentIdOf: ({ productId }) => productId,
      tags: { answerPolicy, ofKey: ({ parentId }) => [reviewsOfProductTag(parentId)] },
      cached: cached?.reviewsOfProduct,
    }),

    /** Up to `first + 1` reviews, newest first. */
    reviewsOfAuthor: createPageOfIdsLoader<PageArguments, ReviewRow, ReviewRow>({
      name: 'reviewsOfAuthor',
      databaseOf,
      pageText: pageArgumentsText,
      load: (authorIds, { first, after }, database) =>
        reviews.findOfAuthors(database, { authorIds, before: after, limit: first + 1 }),
      parentIdOf: ({ authorId }) => authorId,
      idOf: ({ id }) => id,
      tags: {
        answerPolicy,
        ofKey: ({ parentId }) => [reviewsOfAuthorTag(parentId)],
        ofValue: (rows) => rows.map(({ id }) => reviewTag(id)),
      },
      cached: cached && { ids: cached.reviewsOfAuthor, rowById: review },
    }),
  };
}
