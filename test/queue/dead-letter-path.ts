import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import type { Queue } from '@tributary/runtime/queue/queue';
import { startNotificationsSubgraph } from '@tributary/subgraph-notifications/subgraph';
import { startReviewsSubgraph } from '@tributary/subgraph-reviews/subgraph';
import { eventually } from '../kit/eventually.ts';
import { startTestBed, type TestBed } from '../kit/test-bed.ts';

export interface DeadLetterPathOptions {
  /** The queue under test, which gives an event up after three attempts. */
  readonly createQueue: (databases: Databases) => Queue;
  /** Events that a queue has given up. */
  readonly deadEventIds: (databases: Databases, queue: string) => Promise<bigint[]>;
  /** What an operator runs: `npm run queue -- …`, and what it prints. */
  readonly command: (configFile: string, ...words: string[]) => Promise<string>;
}

/** One test for each queue, with subgraphs as they are: what cannot be handled, what comes with it, and what follows when it can. */
export function describeDeadLetterPath(
  name: string,
  { createQueue, deadEventIds, command }: DeadLetterPathOptions,
): void {
  describe(`the dead-letter path on ${name}`, () => {
    const scope = new Scope();
    let bed: TestBed;
    let queue: Queue;

    beforeAll(async () => {
      bed = scope.own(await startTestBed(`dead-letters-${name}`));
      queue = scope.own(createQueue(bed.databases));
      scope.own(await startReviewsSubgraph({ ...bed.options, queue }));
      scope.own(await startNotificationsSubgraph({ ...bed.options, queue }));
    });
    afterAll(() => scope.release());

    const newId = (logicalShard: number) => bed.databases.newId(logicalShard);
    const deadReviews = () => deadEventIds(bed.databases, 'reviews');
    const operate = (...words: string[]) => command(bed.test.configFile, ...words);

    const ratingOf = (productId: bigint) =>
      bed.databases.catalog().$primary().productRating.findUnique({ where: { productId } });
    const newsOf = (userId: bigint) =>
      bed.databases.shardOf(userId).$primary().notification.findMany({ where: { userId } });

    async function eventOf(about: bigint, event: Pick<EventEnvelope, 'name' | 'payload'>): Promise<EventEnvelope> {
      const id = await newId(CATALOG_LOGICAL_SHARD);
      return { ...event, id, version: 1, aggregateId: about, occurredAt: new Date() };
    }

    async function productPublished(productId: bigint, merchantId: bigint): Promise<EventEnvelope> {
      const payload = {
        productId: encodeId('product', productId),
        merchantId: encodeId('user', merchantId),
        initialStock: 1,
      };
      return eventOf(productId, { name: 'ProductPublished', payload });
    }

    async function reviewWritten(productId: bigint): Promise<EventEnvelope> {
      const reviewId = await newId(5);
      const payload = {
        reviewId: encodeId('review', reviewId),
        productId: encodeId('product', productId),
        authorId: encodeId('user', await newId(5)),
        rating: 4,
      };
      return eventOf(reviewId, { name: 'ReviewWritten', payload });
    }

    it('sets a poison message aside with its reason, lets others flow, and replays it once it can be handled', async () => {
      const startedAt = new Date();
      const merchantId = await newId(700);
      const [known, unknown] = [await newId(CATALOG_LOGICAL_SHARD), await newId(CATALOG_LOGICAL_SHARD)];
      const poison = await reviewWritten(unknown);
      await queue.publish([poison, await productPublished(known, merchantId)]);
      await eventually(
        () => ratingOf(known),
        (rating) => rating !== null,
      );
      await queue.publish([await reviewWritten(known), await reviewWritten(known)]);

      await eventually(
        () => ratingOf(known),
        (rating) => rating?.count === 2,
      );
      await eventually(
        () => newsOf(merchantId),
        (news) => news.length === 2,
      );
      await eventually(deadReviews, (ids) => ids.length > 0);
      expect(await deadReviews()).toEqual([poison.id]);
      expect(await operate('dead')).toMatch(
        new RegExp(`^reviews  ReviewWritten ${poison.id}  attempts 3  0 min old  .* has no rating yet`, 'm'),
      );
      expect(await ratingOf(unknown)).toBeNull();

      await queue.publish([await productPublished(unknown, merchantId)]);
      await eventually(
        () => ratingOf(unknown),
        (rating) => rating !== null,
      );
      expect(await operate('replay', '--queue', 'reviews')).toBe('reviews: 1 will be tried again\n');
      await eventually(
        () => ratingOf(unknown),
        (rating) => rating?.count === 1,
      );
      await eventually(
        () => newsOf(merchantId),
        (news) => news.length === 3,
      );
      expect(await deadReviews()).toEqual([]);

      // What was handled acts no second time: behind each that is replayed comes one more about the same review.
      const indexed = await bed.databases
        .catalog()
        .$primary()
        .pastEvent.findMany({ where: { name: 'ReviewIndexed' } });
      expect(indexed).toHaveLength(3);
      expect(await operate('replay', '--queue', 'notifications', '--since', startedAt.toISOString())).toBe(
        'notifications: 3 events are given to it again\n',
      );
      for (const { aggregateId, name: eventName, payload } of indexed) {
        await queue.publish([await eventOf(aggregateId, { name: eventName, payload: payload as JsonObject })]);
      }
      await eventually(
        () => newsOf(merchantId),
        (news) => news.length >= 6,
      );
      expect(await newsOf(merchantId)).toHaveLength(6);
    });
  });
}
