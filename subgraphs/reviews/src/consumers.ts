import type { CatalogTransaction } from '@tributary/prisma/clients/catalog-client';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { z } from 'zod';
import { PRODUCER, reviewIndexed, reviewWritten } from './events.ts';
import type { ReviewIndexRepository } from './review-index-repository.ts';

export interface ConsumerDependencies {
  databases: Databases;
  reviewIndex: ReviewIndexRepository;
}

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
async function openRating({ databases, reviewIndex }: ConsumerDependencies, event: EventEnvelope): Promise<void> {
  const { productId, merchantId } = productPublished.parse(event.payload);
  await handleOnce(databases, event, (tx) =>
    reviewIndex.insertRating(tx, {
      productId: decodeId('product', productId),
      merchantId: decodeId('user', merchantId),
    }),
  );
}

/** A review enters its product's list and rating, and its merchant is told. */
async function indexReview({ databases, reviewIndex }: ConsumerDependencies, event: EventEnvelope): Promise<void> {
  const { reviewId, productId, authorId, rating } = reviewWritten.parse(event);
  const review = { reviewId: decodeId('review', reviewId), productId: decodeId('product', productId), rating };
  await handleOnce(databases, event, async (tx) => {
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
  });
}

/** Runs an effect on the catalog database in one transaction with the record that the event was handled. */
async function handleOnce(
  databases: Databases,
  event: EventEnvelope,
  effect: (tx: CatalogTransaction) => Promise<void>,
): Promise<void> {
  await databases.catalog().$transaction(async (tx) => {
    if (await recordInInbox(tx, { consumer: CONSUMER, eventId: event.id })) await effect(tx);
  });
}
