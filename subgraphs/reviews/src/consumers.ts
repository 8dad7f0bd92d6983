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
import { z } from 'zod';
import { ratingTag, reviewsOfProductTag } from './cache-tags.ts';
import { PRODUCER, reviewIndexed, reviewWritten } from './events.ts';
import type { ReviewIndexRepository } from './review-index-repository.ts';

export interface ConsumerDependencies {
  databases: Databases;
  reviewIndex: ReviewIndexRepository;
  writes: CachedWrites<SqlTransaction>;
}

type Changes = CacheChanges<SqlTransaction>;

const CONSUMER = 'reviews';

const productPublished = z.object({ productId: z.string(), merchantId: z.string() });

/** Keeps what the catalog database knows of reviews up to date. */
export function subscribeToReviewsAndProducts(queue: Queue, dependencies: ConsumerDependencies): Promise<Subscription> {
  const handlers = new Map([
    ['ProductPublished', (event: EventEnvelope) => openRating(dependencies, event)],
    [reviewWritten.name, (event: EventEnvelope) => indexReview(dependencies, event)],
  ]);
  return subscribeHandlers(queue, { queue: CONSUMER, handlers });
}

/** A product that was published can be reviewed from now on. */
async function openRating(dependencies: ConsumerDependencies, event: EventEnvelope): Promise<void> {
  const payload = productPublished.parse(event.payload);
  const productId = decodeId('product', payload.productId);
  const merchantId = decodeId('user', payload.merchantId);
  await handleOnce(dependencies, event, async (tx, changes) => {
    await dependencies.reviewIndex.insertRating(tx, { productId, merchantId });
    await changes.invalidate(tx, productId, () => [ratingTag(productId)]);
  });
}

/** A review enters its product's list and rating, and its merchant is told. */
async function indexReview(dependencies: ConsumerDependencies, event: EventEnvelope): Promise<void> {
  const { reviewIndex } = dependencies;
  const { reviewId, productId, authorId, rating } = reviewWritten.parse(event);
  const review = { reviewId: decodeId('review', reviewId), productId: decodeId('product', productId), rating };
  await handleOnce(dependencies, event, async (tx, changes) => {
    await reviewIndex.insertIndexRow(tx, { ...review, authorId: decodeId('user', authorId) });
    const merchantId = await reviewIndex.addToRating(tx, review.productId, rating);
    if (merchantId === undefined) throw new Error(`${productId} has no rating yet to add review ${reviewId} to`);
    await writeOutbox(tx, {
      producer: PRODUCER,
      aggregateId: review.reviewId,
      logicalShard: CATALOG_LOGICAL_SHARD,
      name: reviewIndexed.name,
      version: reviewIndexed.version,
      payload: { reviewId, productId, merchantId: encodeId('user', merchantId), rating },
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
      if (await recordInInbox(tx, { consumer: CONSUMER, eventId: event.id })) await effect(tx, changes);
    }),
  );
}
