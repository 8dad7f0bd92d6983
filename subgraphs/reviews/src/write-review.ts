import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import type { IdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
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
  idempotentCalls: IdempotentCalls;
}

/** The author's review of the product, and whether this call wrote it. */
export interface WriteReviewOutcome {
  isNew: boolean;
  review: ReviewRow;
}

/**
 * Writes an author's review of a product, with the event that brings it into the product's list, on the author's shard. There is
 * one review an author and product, so a repetition without an idempotency key finds the first one, as somebody else's would.
 * @throws CodedError NOT_FOUND when there is no such product
 * @throws IdempotencyKeyReusedError, IdempotencyKeyBusyError, ShardMovingError
 */
export async function writeReview(
  { databases, reviews, reviewIndex, writes, idempotentCalls }: WriteReviewDependencies,
  { authorId, draft, idempotencyKey }: { authorId: bigint; draft: ReviewDraft; idempotencyKey: string | undefined },
): Promise<WriteReviewOutcome> {
  const { productId } = draft;
  if (!(await reviewIndex.isProductKnown(productId))) {
    throw new CodedError('NOT_FOUND', 'There is no product with this id', { extensions: { field: 'productId' } });
  }
  const call = idempotencyKey && { ownerId: authorId, operation: 'writeReview', key: idempotencyKey, request: draft };
  const write = (changes: CacheChanges<SqlTransaction>) =>
    databases.withShardRetry(async () => {
      const id = await databases.newId(logicalShardOf(authorId));
      return databases.shardOf(authorId).$transaction(async (tx) => {
        const insert = async () => ({ isNew: await insertReview(tx, changes, { id, authorId, ...draft }) });
        const { isNew } = await (call ? runIdempotent(tx, call, insert) : insert());
        const review = await reviews.findOfAuthorAndProduct(tx, authorId, productId);
        if (!review) throw new Error('the review that was written, or in the way, is gone');
        return { isNew, review };
      });
    });

  /** False when the author has reviewed the product before. */
  async function insertReview(
    tx: ShardTransaction,
    changes: CacheChanges<SqlTransaction>,
    review: ReviewRow,
  ): Promise<boolean> {
    if (!(await reviews.insertUnlessReviewed(tx, review))) return false;
    await publishReviewWritten(tx, review);
    await changes.invalidate(tx, review.id, () => [reviewTag(review.id), reviewsOfAuthorTag(authorId)]);
    return true;
  }

  return call ? idempotentCalls.run(call, () => writes.run(write)) : writes.run(write);
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
