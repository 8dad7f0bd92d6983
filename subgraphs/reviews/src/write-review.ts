import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { CacheChanges } from '@tributary/runtime/cache-invalidation/cache-changes';
import type { CachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { reviewsOfAuthorTag, reviewTag } from './cache-tags.ts';
import { PRODUCER, reviewWritten } from './events.ts';
import type { ReviewIndexRepository } from './review-index-repository.ts';
import type { ReviewDraft } from './review-input.ts';
import type { ReviewRepository, ReviewRow } from './review-repository.ts';

export interface WriteReviewDependencies {
  databases: Databases;
  reviews: ReviewRepository;
  reviewIndex: ReviewIndexRepository;
  writes: CachedWrites<SqlTransaction>;
}

/** The author's review of the product, and whether this call wrote it. */
export interface WriteReviewOutcome {
  isNew: boolean;
  review: ReviewRow;
}

/**
 * Writes an author's review of a product, with the event that brings it into the product's list, on the author's shard. There is
 * one review an author and product, so a repetition finds the first one and needs no idempotency key.
 * @throws CodedError NOT_FOUND when there is no such product
 * @throws ShardMovingError
 */
export async function writeReview(
  { databases, reviews, reviewIndex, writes }: WriteReviewDependencies,
  { authorId, draft }: { authorId: bigint; draft: ReviewDraft },
): Promise<WriteReviewOutcome> {
  const { productId } = draft;
  if (!(await reviewIndex.isProductKnown(productId))) {
    throw new CodedError('NOT_FOUND', 'There is no product with this id', { extensions: { field: 'productId' } });
  }
  const write = (changes: CacheChanges<SqlTransaction>) =>
    databases.withShardRetry(async () => {
      const id = await databases.newId(logicalShardOf(authorId));
      const review = { id, authorId, ...draft };
      return databases.shardOf(authorId).$transaction(async (tx) => {
        if (await reviews.insertUnlessReviewed(tx, review)) {
          await publishReviewWritten(tx, review);
          await changes.invalidate(tx, id, () => [reviewTag(id), reviewsOfAuthorTag(authorId)]);
          return { isNew: true, review };
        }
        const existing = await reviews.findOfAuthorAndProduct(tx, authorId, productId);
        if (!existing) throw new Error('the review that was in the way is gone');
        return { isNew: false, review: existing };
      });
    });
  return writes.run(write);
}

async function publishReviewWritten(
  tx: ShardTransaction,
  { id, authorId, productId, rating }: ReviewRow,
): Promise<void> {
  const payload = {
    reviewId: encodeId('review', id),
    productId: encodeId('product', productId),
    authorId: encodeId('user', authorId),
    rating,
  };
  await writeOutbox(tx, { ...reviewWritten.about(id, payload), producer: PRODUCER, logicalShard: logicalShardOf(id) });
}
