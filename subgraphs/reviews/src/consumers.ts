import type { CatalogTransaction } from '@tributary/prisma/clients/catalog-client';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { CacheChanges } from '@tributary/runtime/cache-invalidation/cache-changes';
import type { CachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { ratingTag, reviewsOfProductTag } from './cache-tags.ts';
import { consumer } from './consumed-events.ts';
import { PRODUCER, reviewIndexed } from './events.ts';
import type { ReviewIndexRepository } from './review-index-repository.ts';

export interface ConsumerDependencies {
  databases: Databases;
  reviewIndex: ReviewIndexRepository;
  writes: CachedWrites<SqlTransaction>;
}

type Changes = CacheChanges<SqlTransaction>;

/** Keeps what the catalog database knows of reviews up to date. */
export function subscribeToReviewsAndProducts(queue: Queue, dependencies: ConsumerDependencies): Promise<Subscription> {
  return subscribeHandlers(queue, consumer, {
    ProductPublished: (payload, event) => openRating(dependencies, event, payload),
    ReviewWritten: (payload, event) => indexReview(dependencies, event, payload),
  });
}

/** A product that was published can be reviewed from now on. */
async function openRating(
  dependencies: ConsumerDependencies,
  event: EventEnvelope,
  product: { productId: string; merchantId: string },
): Promise<void> {
  const productId = decodeId('product', product.productId);
  const merchantId = decodeId('user', product.merchantId);
  await handleOnce(dependencies, event, async (tx, changes) => {
    await dependencies.reviewIndex.insertRating(tx, { productId, merchantId });
    await changes.invalidate(tx, productId, () => [ratingTag(productId)]);
  });
}

/** A review enters its product's list and rating, and its merchant is told. */
async function indexReview(
  dependencies: ConsumerDependencies,
  event: EventEnvelope,
  { reviewId, productId, authorId, rating }: { reviewId: string; productId: string; authorId: string; rating: number },
): Promise<void> {
  const { reviewIndex } = dependencies;
  const review = { reviewId: decodeId('review', reviewId), productId: decodeId('product', productId), rating };
  await handleOnce(dependencies, event, async (tx, changes) => {
    await reviewIndex.insertIndexRow(tx, { ...review, authorId: decodeId('user', authorId) });
    const merchantId = await reviewIndex.addToRating(tx, review.productId, rating);
    if (merchantId === undefined) throw new Error(`${productId} has no rating yet to add review ${reviewId} to`);
    const indexed = { reviewId, productId, merchantId: encodeId('user', merchantId), rating };
    await writeOutbox(tx, {
      ...reviewIndexed.about(review.reviewId, indexed),
      producer: PRODUCER,
      logicalShard: CATALOG_LOGICAL_SHARD,
    });
    await changes.invalidate(tx, review.productId, () => [
      ratingTag(review.productId),
      reviewsOfProductTag(review.productId),
    ]);
  });
}

/** Runs an effect on the catalog database in one transaction with the record that the event was handled. */
async function handleOnce(
  { databases, writes }: ConsumerDependencies,
  event: EventEnvelope,
  effect: (tx: CatalogTransaction, changes: Changes) => Promise<void>,
): Promise<void> {
  await writes.run((changes) =>
    databases.catalog().$transaction(async (tx) => {
      if (await recordInInbox(tx, { consumer: consumer.queue, eventId: event.id })) await effect(tx, changes);
    }),
  );
}
