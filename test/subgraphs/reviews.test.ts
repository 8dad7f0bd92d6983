import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId, timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startReviewsSubgraph } from '@tributary/subgraph-reviews/subgraph';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';

const writeReview = `mutation Write($input: WriteReviewInput!) {
  writeReview(input: $input) {
    __typename
    ... on WriteReviewSuccess { review { id rating title body writtenAt author { id joinedAt } product { id } } }
    ... on AlreadyReviewed { code message review { id title } }
  }
}`;
const readReview = 'query Read($id: ID!) { review(id: $id) { id title } }';
const ofProducts = `query OfProducts($of: [_Any!]!, $first: Int, $after: String) {
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
const ofUsers = `query OfUsers($of: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $of) {
    ... on User { id reviews(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }
  }
}`;

let bed: TestBed;
let subgraph: { url: string; stop(): Promise<void> };
let merchantId: bigint;

beforeAll(async () => {
  bed = await startTestBed('reviews');
  subgraph = await startReviewsSubgraph(bed.options);
  merchantId = await newId(7);
}, 120_000);

afterAll(async () => {
  await subgraph?.stop();
  await bed?.stop();
});

afterEach(() => bed.test.waitForReplicas());

const ask = (query: string, variables: Record<string, unknown>, viewer: Viewer | null = null) =>
  callSubgraph(subgraph.url, { query, variables, viewer });

/** A new id on a logical shard: those of users, 0 is in the first database and 1022 in the last, or the catalog's. */
async function newId(logicalShard: number): Promise<bigint> {
  const [id] = await bed.databases.newIds(logicalShard, 1);
  if (id === undefined) throw new Error('no id');
  return id;
}

async function publishedEvent(event: Pick<EventEnvelope, 'name' | 'payload'>): Promise<EventEnvelope> {
  const id = await newId(CATALOG_LOGICAL_SHARD);
  return { id, version: 1, aggregateId: id, occurredAt: new Date(), ...event };
}

/** A product that the catalog has announced. */
async function newProduct(): Promise<string> {
  const productId = encodeId('product', await newId(CATALOG_LOGICAL_SHARD));
  const payload = { productId, merchantId: encodeId('user', merchantId), initialStock: 1 };
  await bed.queue.deliver(await publishedEvent({ name: 'ProductPublished', payload }));
  return productId;
}

function inputOf(productId: string, changes: Record<string, unknown> = {}) {
  return { productId, rating: 4, title: 'Bright', body: 'It gives a lot of light.', ...changes };
}

/** Writes a review and returns its id. */
async function write(productId: string, author: Viewer, rating = 4): Promise<string> {
  const { data, errors } = await ask(writeReview, { input: inputOf(productId, { rating }) }, author);
  expect(errors).toEqual([]);
  return data.writeReview.review.id;
}

function writtenEvent(reviewId: string): Promise<EventEnvelope> {
  return bed.queue.waitFor(({ name, payload }) => name === 'ReviewWritten' && payload['reviewId'] === reviewId);
}

/** Writes a review and brings it into the index, as the queue does. */
async function writeAndIndex(productId: string, author: Viewer, rating = 4): Promise<string> {
  const id = await write(productId, author, rating);
  await bed.queue.deliver(await writtenEvent(id));
  return id;
}

const products = (...ids: string[]) => ids.map((id) => ({ __typename: 'Product', id }));

describe('writeReview', () => {
  it('writes the review on its author’s shard and announces it', async () => {
    const [productId, authorId] = [await newProduct(), await newId(1022)];

    const { data, errors } = await ask(writeReview, { input: inputOf(productId) }, viewerOf(authorId));

    expect(errors).toEqual([]);
    expect(data.writeReview).toEqual({
      __typename: 'WriteReviewSuccess',
      review: {
        id: expect.stringMatching(/^rev_/),
        rating: 4,
        title: 'Bright',
        body: 'It gives a lot of light.',
        writtenAt: timeOf(decodeId('review', data.writeReview.review.id)).toISOString(),
        author: { id: encodeId('user', authorId), joinedAt: timeOf(authorId).toISOString() },
        product: { id: productId },
      },
    });
    const shard = bed.databases.shardNamed(bed.databases.databaseNameOf(authorId)).$primary();
    expect(await shard.review.count({ where: { authorId } })).toBe(1);
    expect((await writtenEvent(data.writeReview.review.id)).payload).toEqual({
      reviewId: data.writeReview.review.id,
      productId,
      authorId: encodeId('user', authorId),
      rating: 4,
    });
  });

  it('answers with the review there is when the author has reviewed the product, also when both come at once', async () => {
    const [productId, authorId] = [await newProduct(), await newId(0)];
    const titles = ['One', 'Two', 'Three', 'Four'];
    const answers = await Promise.all(
      titles.map((title) => ask(writeReview, { input: inputOf(productId, { title }) }, viewerOf(authorId))),
    );
    const results = answers.map(({ data }) => data.writeReview);
    const [written] = results.filter(({ __typename }) => __typename === 'WriteReviewSuccess');
    const refused = results.filter(({ __typename }) => __typename === 'AlreadyReviewed');
    expect(refused).toHaveLength(3);
    for (const { code, review } of refused) {
      expect(code).toBe('ALREADY_REVIEWED');
      expect(review).toEqual({ id: written.review.id, title: written.review.title });
    }
    expect(await bed.databases.shardOf(authorId).$primary().review.count({ where: { authorId } })).toBe(1);
  });

  it('lets an author review several products, and several authors one product', async () => {
    const [lamp, table] = [await newProduct(), await newProduct()];
    const [one, other] = [viewerOf(await newId(0)), viewerOf(await newId(0))];
    const ids = [await write(lamp, one), await write(table, one), await write(lamp, other)];
    expect(new Set(ids).size).toBe(3);
  });

  it('knows no product that was not published', async () => {
    const input = inputOf(encodeId('product', await newId(CATALOG_LOGICAL_SHARD)));
    const { errors } = await ask(writeReview, { input }, viewerOf(await newId(0)));
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'productId' } }]);
  });

  it('refuses a caller who is not logged in', async () => {
    const { errors } = await ask(writeReview, { input: inputOf(await newProduct()) });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it.each([
    ['rating', 0],
    ['rating', 6],
    ['title', '  '],
    ['title', 'x'.repeat(121)],
    ['title', 'a\0b'],
    ['body', ''],
    ['body', 'x'.repeat(5_001)],
  ])('refuses a wrong %s', async (field, value) => {
    const input = inputOf(await newProduct(), { [field]: value });
    const { errors } = await ask(writeReview, { input }, viewerOf(await newId(0)));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });
});

describe('a review that was written', () => {
  it('enters its product’s list and rating once when its event arrives twice, and its merchant is told', async () => {
    const [productId, author] = [await newProduct(), viewerOf(await newId(0))];
    const id = await writeAndIndex(productId, author, 5);
    await bed.queue.deliver(await writtenEvent(id));
    await bed.test.waitForReplicas();

    const { data } = await ask(ofProducts, { of: products(productId) });

    expect(data._entities[0]).toMatchObject({
      rating: { count: 1, average: 5 },
      reviews: { nodes: [{ id, rating: 5, author: { id: author.userId }, product: { id: productId } }] },
    });
    const indexed = await bed.queue.waitFor(
      (event) => event.name === 'ReviewIndexed' && event.payload['reviewId'] === id,
    );
    expect(indexed.payload).toEqual({ reviewId: id, productId, merchantId: encodeId('user', merchantId), rating: 5 });
    expect(await indexedCount(id)).toBe(1);
  });

  it('stays to be indexed while its product is unknown, and leaves no trace of the attempt', async () => {
    const productId = encodeId('product', await newId(CATALOG_LOGICAL_SHARD));
    const authorId = await newId(0);
    const reviewId = encodeId('review', await newId(0));
    const payload = { reviewId, productId, authorId: encodeId('user', authorId), rating: 3 };
    const event = await publishedEvent({ name: 'ReviewWritten', payload });
    await expect(bed.queue.deliver(event)).rejects.toThrow(/has no rating/);
    expect(await indexedCount(reviewId)).toBe(0);

    const published = { productId, merchantId: encodeId('user', merchantId), initialStock: 0 };
    await bed.queue.deliver(await publishedEvent({ name: 'ProductPublished', payload: published }));
    await bed.queue.deliver(event);
    expect(await indexedCount(reviewId)).toBe(1);
  });

  it('keeps its rating when its product is announced again', async () => {
    const productId = await newProduct();
    await writeAndIndex(productId, viewerOf(await newId(0)), 2);
    const payload = { productId, merchantId: encodeId('user', merchantId), initialStock: 1 };
    await bed.queue.deliver(await publishedEvent({ name: 'ProductPublished', payload }));
    await bed.test.waitForReplicas();
    const { data } = await ask(ofProducts, { of: products(productId) });
    expect(data._entities[0].rating).toEqual({ count: 1, average: 2 });
  });
});

async function indexedCount(reviewId: string): Promise<number> {
  const where = { reviewId: decodeId('review', reviewId) };
  return bed.databases.catalog().$primary().reviewIndexEntry.count({ where });
}

describe('review(id)', () => {
  it('is seen by anybody, and is null for an unknown id', async () => {
    const id = await write(await newProduct(), viewerOf(await newId(1022)));
    await bed.test.waitForReplicas();
    expect((await ask(readReview, { id })).data.review).toEqual({ id, title: 'Bright' });
    expect((await ask(readReview, { id: encodeId('review', await newId(0)) })).data.review).toBeNull();
  });

  it.each([
    ['a text', 'nonsense'],
    ['the id of an order', encodeId('order', 5n)],
    [
      'an id that no review can have',
      encodeId('review', composeId({ timeMs: Date.now(), logicalShard: CATALOG_LOGICAL_SHARD, sequence: 1 })),
    ],
  ])('refuses %s', async (_, id) => {
    expect((await ask(readReview, { id })).errors).toMatchObject([{ extensions: { code: 'INVALID_ID' } }]);
  });
});

describe('Product.reviews and Product.rating', () => {
  it('are empty for a product that nobody has reviewed', async () => {
    const productId = await newProduct();
    await bed.test.waitForReplicas();
    const { data, errors } = await ask(ofProducts, { of: products(productId) });
    expect(errors).toEqual([]);
    expect(data._entities).toEqual([
      {
        id: productId,
        rating: { count: 0, average: null },
        reviews: { nodes: [], edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: null } },
      },
    ]);
  });

  it('page through reviews from all shards, the newest first, and average their ratings', async () => {
    const productId = await newProduct();
    const written: string[] = [];
    for (const [index, rating] of [5, 4, 3, 1, 1].entries()) {
      written.unshift(await writeAndIndex(productId, viewerOf(await newId(index % 2 === 0 ? 0 : 1022)), rating));
    }
    await bed.test.waitForReplicas();
    const newestFirst = written.toSorted((one, other) =>
      decodeId('review', one) < decodeId('review', other) ? 1 : -1,
    );

    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await ask(ofProducts, { of: products(productId), first: 2, after });
      const { rating, reviews } = data._entities[0];
      expect(rating).toEqual({ count: 5, average: 14 / 5 });
      seen.push(...reviews.nodes.map(({ id }: { id: string }) => id));
      after = reviews.pageInfo.hasNextPage ? reviews.pageInfo.endCursor : null;
    } while (after !== null);

    expect(seen).toEqual(newestFirst);
  });

  it('go on behind a review that its shard does not have', async () => {
    const productId = await newProduct();
    const authors = await Promise.all([0, 0, 0].map(newId));
    const ids: string[] = [];
    for (const author of authors) ids.unshift(await writeAndIndex(productId, viewerOf(author)));
    const [gone = '', ...left] = ids;
    const goneId = decodeId('review', gone);
    await bed.databases.shardOf(goneId).review.delete({ where: { id: goneId } });
    await bed.test.waitForReplicas();

    const firstPage = await ask(ofProducts, { of: products(productId), first: 1 });
    const { nodes, pageInfo } = firstPage.data._entities[0].reviews;
    expect(nodes).toEqual([]);
    expect(pageInfo.hasNextPage).toBe(true);
    const nextPage = await ask(ofProducts, { of: products(productId), first: 2, after: pageInfo.endCursor });
    expect(nextPage.data._entities[0].reviews.nodes.map(({ id }: { id: string }) => id)).toEqual(left);
  });

  it('take two statements on the catalog and one a shard, however many products are asked for', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => newProduct()));
    const authors = await Promise.all([0, 1, 1021, 1022].map(newId));
    for (const productId of ids) await Promise.all(authors.map((author) => writeAndIndex(productId, viewerOf(author))));
    await bed.test.waitForReplicas();
    const shards = [...new Set(authors.map((author) => bed.databases.databaseNameOf(author)))];
    expect(shards).toHaveLength(2);

    for (const asked of [ids.slice(0, 1), ids]) {
      const { data, errors, statements, loaderBatches } = await ask(ofProducts, { of: products(...asked), first: 10 });
      expect(errors).toEqual([]);
      expect(data._entities.map((product: { reviews: { nodes: unknown[] } }) => product.reviews.nodes.length)).toEqual(
        asked.map(() => 4),
      );
      expect(loaderBatches).toHaveLength(4);
      expect(loaderBatches).toEqual(
        expect.arrayContaining([
          { loader: 'ratingOfProduct', group: 'catalog', keys: asked.length },
          { loader: 'reviewIdsOfProduct', group: 'catalog first=10 after=', keys: asked.length },
          ...shards.map((group) => ({ loader: 'review', group, keys: 2 * asked.length })),
        ]),
      );
      expect(statements.map(({ database }) => database).sort()).toEqual(['catalog', 'catalog', ...shards].sort());
    }
  });
});

describe('User.reviews', () => {
  it('pages through what a user wrote, for anybody', async () => {
    const author = viewerOf(await newId(0));
    const written: string[] = [];
    for (const productId of await Promise.all([1, 2, 3].map(() => newProduct())))
      written.unshift(await write(productId, author));
    await bed.test.waitForReplicas();
    const of = [{ __typename: 'User', id: author.userId }];

    const first = (await ask(ofUsers, { of, first: 2 })).data._entities[0].reviews;
    const second = (await ask(ofUsers, { of, first: 2, after: first.pageInfo.endCursor })).data._entities[0].reviews;

    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(written);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  it('takes one statement a shard, however many users are asked for', async () => {
    const productId = await newProduct();
    const authors = await Promise.all([0, 1, 2, 1020, 1021, 1022].map(newId));
    await Promise.all(authors.map((author) => write(productId, viewerOf(author))));
    await bed.test.waitForReplicas();
    const of = authors.map((id) => ({ __typename: 'User', id: encodeId('user', id) }));

    const { data, errors, statements, loaderBatches } = await ask(ofUsers, { of, first: 5 });

    expect(errors).toEqual([]);
    expect(data._entities.map((user: { reviews: { nodes: unknown[] } }) => user.reviews.nodes.length)).toEqual(
      authors.map(() => 1),
    );
    expect(loaderBatches.map(({ keys }) => keys)).toEqual([3, 3]);
    expect(new Set(statements.map(({ database }) => database)).size).toBe(2);
    expect(statements).toHaveLength(2);
  });
});
