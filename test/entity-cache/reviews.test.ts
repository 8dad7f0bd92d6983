import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startReviewsSubgraph } from '@tributary/subgraph-reviews/subgraph';
import { startTestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { products, ReviewsScene } from '../kit/reviews-scene.ts';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { viewerOf } from '../kit/test-bed.ts';
import { openTestCache } from './two-catalogs.ts';

const RATINGS = `query Ratings($products: [_Any!]!) {
  _entities(representations: $products) { ... on Product { rating { count average } reviews(first: 5) { nodes { id rating } } } }
}`;
const WRITTEN = `query Written($users: [_Any!]!) {
  _entities(representations: $users) { ... on User { reviews(first: 5) { nodes { id title } } } }
}`;

const scope = new Scope();
let scene: ReviewsScene;
let otherUrl: string;

beforeAll(async () => {
  const redis = scope.own(await startTestRedis());
  scene = scope.own(await ReviewsScene.start('cached_reviews', { cache: scope.own(await openTestCache(redis)) }));
  const cache = scope.own(await openTestCache(redis));
  otherUrl = scope.own(await startReviewsSubgraph({ ...scene.bed.options, cache })).url;
}, 60_000);
afterAll(() => scope.release());

async function askBoth(query: string, variables: Record<string, unknown>) {
  return [
    await scene.ask(query, variables),
    await callSubgraph(otherUrl, { subgraph: 'reviews', query, variables }),
  ] as const;
}

it('ratings and reviews of a product are read once, and anew by all when a review enters them, but not those of others', async () => {
  const [reviewed, other] = [await scene.newProduct(), await scene.newProduct()];
  const variables = { products: products(reviewed, other) };
  const [cold, warm] = await askBoth(RATINGS, variables);
  expect(cold.data._entities).toEqual(
    [0, 0].map((count) => ({ rating: { count, average: null }, reviews: { nodes: [] } })),
  );
  expect(cold.statements).toHaveLength(2);
  expect(warm.statements).toEqual([]);

  const author = viewerOf(await scene.newId(0));
  const id = await scene.writeAndIndex(reviewed, author, 3);
  const [own, afterwards] = await askBoth(RATINGS, variables);
  expect(own.data._entities[0]).toEqual({ rating: { count: 1, average: 3 }, reviews: { nodes: [{ id, rating: 3 }] } });
  // The other product's rating and page were there: only one key of each loader was loaded, and the new review.
  expect(own.loaderBatches.map(({ loader, keys }) => `${loader} ${keys}`).toSorted()).toEqual([
    'ratingOfProduct 1',
    'review 1',
    'reviewIdsOfProduct 1',
  ]);
  const told = await eventually(
    async () =>
      afterwards.data._entities[0].rating.count === 1
        ? afterwards
        : callSubgraph(otherUrl, { subgraph: 'reviews', query: RATINGS, variables }),
    ({ data }) => data._entities[0].rating.count === 1,
    { limitMs: 500 },
  );
  expect(told.data).toEqual(own.data);
});

it('a review enters the list of its author at once', async () => {
  const author = viewerOf(await scene.newId(1022));
  const variables = { users: [{ __typename: 'User', id: author.userId }] };
  const [cold, warm] = await askBoth(WRITTEN, variables);
  expect([cold, warm].map(({ statements }) => statements.length)).toEqual([1, 0]);
  const id = await scene.write(await scene.newProduct(), author);
  const [own] = await askBoth(WRITTEN, variables);
  expect(own.data._entities[0].reviews.nodes).toEqual([{ id, title: 'Bright' }]);
});
