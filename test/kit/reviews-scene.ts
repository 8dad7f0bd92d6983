import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { type ReviewsOptions, startReviewsSubgraph } from '@tributary/subgraph-reviews/subgraph';
import { type LoneSubgraph, startLoneSubgraph } from './lone-subgraph.ts';
import { callSubgraph, type SubgraphAnswer } from './subgraph-client.ts';
import type { TestBed } from './test-bed.ts';

export const writeReview = `mutation Write($input: WriteReviewInput!) {
  writeReview(input: $input) {
    __typename
    ... on WriteReviewSuccess { review { id rating title body writtenAt author { id joinedAt } product { id } } }
    ... on AlreadyReviewed { code message review { id title } }
  }
}`;
export const readProducts = `query OfProducts($of: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $of) {
    ... on Product {
      id
      rating { count average }
      reviews(first: $first, after: $after) {
        nodes { id rating author { id } product { id } }
        edges { cursor }
        pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    }
  }
}`;

/** The input of `writeReview`. */
export function inputOf(productId: string, changes: Record<string, unknown> = {}) {
  return { productId, rating: 4, title: 'Bright', body: 'It gives a lot of light.', ...changes };
}

/** What the gateway sends for products. */
export function products(...ids: string[]) {
  return ids.map((id) => ({ __typename: 'Product', id }));
}

/** The subgraph reviews alone, with people, products and events for it as a test needs them. */
export class ReviewsScene {
  readonly bed: TestBed;
  /** The typed id of who sells all products. */
  readonly merchantId = encodeId('user', 7n << 12n);
  readonly #subgraph: LoneSubgraph;

  private constructor(subgraph: LoneSubgraph) {
    this.bed = subgraph.bed;
    this.#subgraph = subgraph;
  }

  /**
   * @param name names the databases, so that no two test files share any
   * @param options how the subgraph differs from one that is given nothing but databases and a queue
   */
  static async start(name: string, options: Pick<ReviewsOptions, 'cache'> = {}): Promise<ReviewsScene> {
    return new ReviewsScene(await startLoneSubgraph(name, (bed) => startReviewsSubgraph({ ...bed, ...options })));
  }

  stop(): Promise<void> {
    return this.#subgraph.stop();
  }

  ask(query: string, variables: Record<string, unknown>, viewer: Viewer | null = null): Promise<SubgraphAnswer> {
    return callSubgraph(this.#subgraph.url, { subgraph: 'reviews', query, variables, viewer });
  }

  /** A new id on a logical shard: those of users, 0 is in the first database and 1022 in the last, or the catalog's. */
  newId(logicalShard: number): Promise<bigint> {
    return this.bed.databases.newId(logicalShard);
  }

  /** The typed id of a product that the catalog has announced. */
  async newProduct(): Promise<string> {
    const productId = encodeId('product', await this.newId(CATALOG_LOGICAL_SHARD));
    await this.announceProduct(productId);
    return productId;
  }

  async announceProduct(productId: string): Promise<void> {
    const payload = { productId, merchantId: this.merchantId, initialStock: 1 };
    await this.bed.queue.deliver(await this.makeEvent({ name: 'ProductPublished', payload }));
  }

  async makeEvent(event: Pick<EventEnvelope, 'name' | 'payload'>): Promise<EventEnvelope> {
    const id = await this.newId(CATALOG_LOGICAL_SHARD);
    return { id, version: 1, aggregateId: id, occurredAt: new Date(), ...event };
  }

  /** Writes a review and returns its typed id. */
  async write(productId: string, author: Viewer, rating = 4): Promise<string> {
    const { data, errors } = await this.ask(writeReview, { input: inputOf(productId, { rating }) }, author);
    if (data?.writeReview?.review === undefined) throw new Error(`not written: ${JSON.stringify({ data, errors })}`);
    return data.writeReview.review.id;
  }

  /** Writes a review and brings it into the index, as the queue does. */
  async writeAndIndex(productId: string, author: Viewer, rating = 4): Promise<string> {
    const id = await this.write(productId, author, rating);
    await this.bed.queue.deliver(await this.published('ReviewWritten', id));
    return id;
  }

  /** The event of this name about a review, as soon as it is published. */
  published(eventName: string, reviewId: string): Promise<EventEnvelope> {
    return this.bed.queue.waitFor(({ name, payload }) => name === eventName && payload['reviewId'] === reviewId);
  }

  /** How often a review is in the index, by the primary. */
  countIndexed(reviewId: string): Promise<number> {
    const where = { reviewId: decodeId('review', reviewId) };
    return this.bed.databases.catalog().$primary().reviewIndexEntry.count({ where });
  }
}
