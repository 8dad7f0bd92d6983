import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { products, ReviewsScene, readProducts } from '../kit/reviews-scene.ts';
import { viewerOf } from '../kit/test-bed.ts';

const readReview = 'query Read($id: ID!) { review(id: $id) { id title } }';
const ofUsers = `query OfUsers($of: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $of) {
    ... on User { id reviews(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }
  }
}`;

let scene: ReviewsScene;

beforeAll(async () => {
  scene = await ReviewsScene.start('reviews-reading');
}, 120_000);

afterAll(() => scene?.stop());

afterEach(() => scene.bed.test.waitForReplicas());

describe('review(id)', () => {
  it('is seen by anybody, and is null for an unknown id', async () => {
    const id = await scene.write(await scene.newProduct(), viewerOf(await scene.newId(1022)));
    await scene.bed.test.waitForReplicas();
    expect((await scene.ask(readReview, { id })).data.review).toEqual({ id, title: 'Bright' });
    expect((await scene.ask(readReview, { id: encodeId('review', await scene.newId(0)) })).data.review).toBeNull();
  });

  it.each([
    ['a text', 'nonsense'],
    ['the id of an order', encodeId('order', 5n)],
  ])('refuses %s', async (_, id) => {
    expect((await scene.ask(readReview, { id })).errors).toMatchObject([{ extensions: { code: 'INVALID_ID' } }]);
  });
});

describe('Product.reviews and Product.rating', () => {
  it('are empty for a product that nobody has reviewed', async () => {
    const productId = await scene.newProduct();
    await scene.bed.test.waitForReplicas();
    const { data, errors } = await scene.ask(readProducts, { of: products(productId) });
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
    const productId = await scene.newProduct();
    const written: string[] = [];
    for (const [index, rating] of [5, 4, 3, 1, 1].entries()) {
      written.unshift(
        await scene.writeAndIndex(productId, viewerOf(await scene.newId(index % 2 === 0 ? 0 : 1022)), rating),
      );
    }
    await scene.bed.test.waitForReplicas();
    const newestFirst = written.toSorted((one, other) =>
      decodeId('review', one) < decodeId('review', other) ? 1 : -1,
    );

    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await scene.ask(readProducts, { of: products(productId), first: 2, after });
      const { rating, reviews } = data._entities[0];
      expect(rating).toEqual({ count: 5, average: 14 / 5 });
      seen.push(...reviews.nodes.map(({ id }: { id: string }) => id));
      after = reviews.pageInfo.hasNextPage ? reviews.pageInfo.endCursor : null;
    } while (after !== null);

    expect(seen).toEqual(newestFirst);
  });

  it('go on behind a review that its shard does not have', async () => {
    const productId = await scene.newProduct();
    const authors = await Promise.all([0, 0, 0].map((logicalShard) => scene.newId(logicalShard)));
    const ids: string[] = [];
    for (const author of authors) ids.unshift(await scene.writeAndIndex(productId, viewerOf(author)));
    const [gone = '', ...left] = ids;
    const goneId = decodeId('review', gone);
    await scene.bed.databases.shardOf(goneId).review.delete({ where: { id: goneId } });
    await scene.bed.test.waitForReplicas();

    const firstPage = await scene.ask(readProducts, { of: products(productId), first: 1 });
    const { nodes, pageInfo } = firstPage.data._entities[0].reviews;
    expect(nodes).toEqual([]);
    expect(pageInfo.hasNextPage).toBe(true);
    const nextPage = await scene.ask(readProducts, { of: products(productId), first: 2, after: pageInfo.endCursor });
    expect(nextPage.data._entities[0].reviews.nodes.map(({ id }: { id: string }) => id)).toEqual(left);
  });

  it('take two statements on the catalog and one a shard, however many products are asked for', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => scene.newProduct()));
    const authors = await Promise.all([0, 1, 1021, 1022].map((logicalShard) => scene.newId(logicalShard)));
    for (const productId of ids)
      await Promise.all(authors.map((author) => scene.writeAndIndex(productId, viewerOf(author))));
    await scene.bed.test.waitForReplicas();
    const shards = [...new Set(authors.map((author) => scene.bed.databases.databaseNameOf(author)))];
    expect(shards).toHaveLength(2);

    for (const asked of [ids.slice(0, 1), ids]) {
      const { data, errors, statements, loaderBatches } = await scene.ask(readProducts, {
        of: products(...asked),
        first: 10,
      });
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
    const author = viewerOf(await scene.newId(0));
    const written: string[] = [];
    for (const productId of await Promise.all([1, 2, 3].map(() => scene.newProduct())))
      written.unshift(await scene.write(productId, author));
    await scene.bed.test.waitForReplicas();
    const of = [{ __typename: 'User', id: author.userId }];

    const first = (await scene.ask(ofUsers, { of, first: 2 })).data._entities[0].reviews;
    const second = (await scene.ask(ofUsers, { of, first: 2, after: first.pageInfo.endCursor })).data._entities[0]
      .reviews;

    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(written);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  it('takes one statement a shard, however many users are asked for', async () => {
    const productId = await scene.newProduct();
    const authors = await Promise.all([0, 1, 2, 1020, 1021, 1022].map((logicalShard) => scene.newId(logicalShard)));
    await Promise.all(authors.map((author) => scene.write(productId, viewerOf(author))));
    await scene.bed.test.waitForReplicas();
    const of = authors.map((id) => ({ __typename: 'User', id: encodeId('user', id) }));

    const { data, errors, statements, loaderBatches } = await scene.ask(ofUsers, { of, first: 5 });

    expect(errors).toEqual([]);
    expect(data._entities.map((user: { reviews: { nodes: unknown[] } }) => user.reviews.nodes.length)).toEqual(
      authors.map(() => 1),
    );
    expect(loaderBatches.map(({ keys }) => keys)).toEqual([3, 3]);
    expect(new Set(statements.map(({ database }) => database)).size).toBe(2);
    expect(statements).toHaveLength(2);
  });
});
