import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { eventually } from '../kit/eventually.ts';
import { logInPeople, type People, type Person } from '../kit/people.ts';
import { readTable } from '../kit/read-table.ts';
import { publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const WRITE = `mutation Write($input: WriteReviewInput!) {
  writeReview(input: $input) {
    __typename
    ... on WriteReviewSuccess { review { id rating title body author { id } product { id title } } }
    ... on AlreadyReviewed { code review { id rating } }
  }
}`;

const PRODUCT = `query Product($id: ID!) {
  product(id: $id) {
    rating { count average }
    reviews(first: 10) { nodes { id rating title body author { id displayName } } }
  }
}`;

const NOTIFICATIONS = `{
  me { notifications(first: 100) { nodes { kind readAt subject { __typename ... on Review { id product { id } } } } } }
}`;

let graph: TestGraph;
let people: People;
let product: ShopProduct;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'write_review' });
  people = await logInPeople(graph);
}, 120_000);
afterAll(() => graph?.stop());
beforeEach(async () => {
  product = await publishProduct(graph, people.merchant, { title: 'Pear wood spoon' });
  await graph.untilEventsAreHandled();
  await graph.test.waitForReplicas();
});

describe('a product that was just published', () => {
  it('has no review and no average', async () => {
    expect(await readProduct()).toEqual({ rating: { count: 0, average: null }, reviews: { nodes: [] } });
  });
});

describe('a review', () => {
  it("is answered at once, and enters the product's list and rating", async () => {
    const { data, errors } = await write(people.customer, { rating: 4 });
    expect(errors).toEqual([]);
    const { id } = data.writeReview.review;
    expect(data.writeReview).toMatchObject({
      __typename: 'WriteReviewSuccess',
      review: { rating: 4, author: { id: people.customer.id }, product: { id: product.id, title: 'Pear wood spoon' } },
    });
    const shown = await productWith(1);
    expect(shown.rating).toEqual({ count: 1, average: 4 });
    expect(shown.reviews.nodes).toMatchObject([{ id, rating: 4, author: { id: people.customer.id } }]);
  });

  it('counts in the mean with the others, the newest first in the list', async () => {
    for (const [author, rating] of [[people.customer, 5] as const, [people.stranger, 2] as const]) {
      await write(author, { rating });
    }
    const { rating, reviews } = await productWith(2);
    expect(rating).toEqual({ count: 2, average: 3.5 });
    const ids = reviews.nodes.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(new Set(reviews.nodes.map(({ author }: { author: { id: string } }) => author.id))).toEqual(
      new Set([people.customer.id, people.stranger.id]),
    );
  });

  it('is one a user and product: a second one is answered with the first, and counts for nothing', async () => {
    const first = await write(people.customer, { rating: 5 });
    const second = await write(people.customer, { rating: 1 });
    expect(second.data.writeReview).toEqual({
      __typename: 'AlreadyReviewed',
      code: 'ALREADY_REVIEWED',
      review: { id: first.data.writeReview.review.id, rating: 5 },
    });
    expect(await settledProduct()).toMatchObject({ rating: { count: 1, average: 5 } });
  });

  it('is written once when it is sent ten times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => write(people.customer, { rating: 3 })));
    const outcomes = answers.map(({ data }) => data.writeReview);
    expect(outcomes.filter(({ __typename }) => __typename === 'WriteReviewSuccess')).toHaveLength(1);
    expect(new Set(outcomes.map(({ review }) => review.id)).size).toBe(1);
    expect(await settledProduct()).toMatchObject({ rating: { count: 1, average: 3 } });
    expect(await indexRows()).toHaveLength(1);
  });

  it('is told to the merchant once', async () => {
    const { data } = await write(people.customer, { rating: 5 });
    await graph.untilEventsAreHandled();
    await graph.test.waitForReplicas();
    const answer = await graph.ask({ query: NOTIFICATIONS, token: people.merchant.token });
    const told = answer.data.me.notifications.nodes.filter(
      ({ subject }: { subject: { id?: string } }) => subject.id === data.writeReview.review.id,
    );
    expect(told).toEqual([
      {
        kind: 'REVIEW_RECEIVED',
        readAt: null,
        subject: { __typename: 'Review', id: data.writeReview.review.id, product: { id: product.id } },
      },
    ]);
  });
});

describe('writing a review', () => {
  it.each([
    ['a rating of 0', { rating: 0 }],
    ['a rating of 6', { rating: 6 }],
    ['no title', { title: '' }],
    ['a title of 121 characters', { title: 'x'.repeat(121) }],
    ['a body of 5,001 characters', { body: 'x'.repeat(5_001) }],
  ])('with %s is refused as bad input', async (_what, input) => {
    const { data, errors } = await write(people.customer, input);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['writeReview'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await indexRows()).toEqual([]);
  });

  it('is for somebody who is logged in', async () => {
    const { errors } = await write(undefined, {});
    expect(errors).toMatchObject([{ path: ['writeReview'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]);
  });
});

function write(author: Person | undefined, input: { rating?: number; title?: string; body?: string }) {
  const variables = {
    input: { productId: product.id, rating: 4, title: 'Does what it should', body: 'Every morning.', ...input },
  };
  return graph.ask({ query: WRITE, variables, ...(author && { token: author.token }) });
}

async function readProduct() {
  const { data } = await graph.ask({ query: PRODUCT, variables: { id: product.id } });
  return data.product;
}

/** The product once it has so many reviews. */
function productWith(count: number) {
  return eventually(readProduct, ({ rating, reviews }) => rating.count === count && reviews.nodes.length === count);
}

/** The product after everything that follows from the reviews so far. */
async function settledProduct() {
  await graph.untilEventsAreHandled();
  await graph.test.waitForReplicas();
  return readProduct();
}

async function indexRows() {
  await graph.untilEventsAreHandled();
  const rows = await readTable(graph.config.catalog.primary, 'review_index');
  return rows.filter((row) => row.product_id === decodeId('product', product.id));
}
