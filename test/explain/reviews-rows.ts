import { ReviewIndexRepository } from '@tributary/subgraph-reviews/review-index-repository';
import { ReviewRepository } from '@tributary/subgraph-reviews/review-repository';
import { rowsOf } from './repository-rows.ts';

/** What reviews asks the databases. */
export const reviewsRows = [
  rowsOf(ReviewRepository, {
    findByIds: (reviews, { shard, reviewIds }) => reviews.findByIds(shard, reviewIds),
    findOfAuthors: async (reviews, { shard, userIds: authorIds, reviewIds }) => {
      await reviews.findOfAuthors(shard, { authorIds, before: null, limit: 21 });
      await reviews.findOfAuthors(shard, { authorIds, before: reviewIds.at(-1) ?? null, limit: 21 });
    },
    insertUnlessReviewed: (reviews, { newId: id, customerId: authorId, newCatalogId: productId, onShard }) =>
      onShard((tx) => reviews.insertUnlessReviewed(tx, { id, authorId, productId, rating: 5, title: '', body: '' })),
    findOfAuthorAndProduct: (reviews, { customerId, productIds: [productId = 0n], onShard }) =>
      onShard((tx) => reviews.findOfAuthorAndProduct(tx, customerId, productId)),
  }),
  rowsOf(ReviewIndexRepository, {
    findOfProducts: async (index, { productIds, reviewIds }) => {
      await index.findOfProducts({ productIds, before: null, limit: 21 });
      await index.findOfProducts({ productIds, before: reviewIds.at(-1) ?? null, limit: 21 });
    },
    findRatings: (index, { productIds }) => index.findRatings(productIds),
    isProductKnown: (index, { productIds: [productId = 0n] }) => index.isProductKnown(productId),
    insertRating: (index, { newCatalogId: productId, merchantIds: [merchantId = 0n], inCatalog }) =>
      inCatalog((tx) => index.insertRating(tx, { productId, merchantId })),
    insertIndexRow: (index, { productIds: [productId = 0n], newId: reviewId, customerId: authorId, inCatalog }) =>
      inCatalog((tx) => index.insertIndexRow(tx, { productId, reviewId, authorId, rating: 5 })),
    addToRating: (index, { productIds: [productId = 0n], inCatalog }) =>
      inCatalog((tx) => index.addToRating(tx, productId, 5)),
  }),
];
