import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { inputOf, products, ReviewsScene, readProducts, writeReview } from '../kit/reviews-scene.ts';
import { viewerOf } from '../kit/test-bed.ts';

let scene: ReviewsScene;

beforeAll(async () => {
  scene = await ReviewsScene.start('reviews');
}, 120_000);

afterAll(() => scene?.stop());

afterEach(() => scene.bed.test.waitForReplicas());

describe('writeReview', () => {
  it('writes the review on its author’s shard and announces it', async () => {
    const [productId, authorId] = [await scene.newProduct(), await scene.newId(1022)];

    const { data, errors } = await scene.ask(writeReview, { input: inputOf(productId) }, viewerOf(authorId));

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
    const shard = scene.bed.databases.shardNamed(scene.bed.databases.databaseNameOf(authorId)).$primary();
    expect(await shard.review.count({ where: { authorId } })).toBe(1);
    expect((await scene.published('ReviewWritten', data.writeReview.review.id)).payload).toEqual({
      reviewId: data.writeReview.review.id,
      productId,
      authorId: encodeId('user', authorId),
      rating: 4,
    });
  });

  it('answers with the review there is when the author has reviewed the product, also when both come at once', async () => {
    const [productId, authorId] = [await scene.newProduct(), await scene.newId(0)];
    const titles = ['One', 'Two', 'Three', 'Four'];
    const answers = await Promise.all(
      titles.map((title) => scene.ask(writeReview, { input: inputOf(productId, { title }) }, viewerOf(authorId))),
    );
    const results = answers.map(({ data }) => data.writeReview);
    const [written] = results.filter(({ __typename }) => __typename === 'WriteReviewSuccess');
    const refused = results.filter(({ __typename }) => __typename === 'AlreadyReviewed');
    expect(refused).toHaveLength(3);
    for (const { code, review } of refused) {
      expect(code).toBe('ALREADY_REVIEWED');
      expect(review).toEqual({ id: written.review.id, title: written.review.title });
    }
    expect(await scene.bed.databases.shardOf(authorId).$primary().review.count({ where: { authorId } })).toBe(1);
  });

  it('lets an author review several products, and several authors one product', async () => {
    const [lamp, table] = [await scene.newProduct(), await scene.newProduct()];
    const [one, other] = [viewerOf(await scene.newId(0)), viewerOf(await scene.newId(0))];
    const ids = [await scene.write(lamp, one), await scene.write(table, one), await scene.write(lamp, other)];
    expect(new Set(ids).size).toBe(3);
  });

  it('knows no product that was not published', async () => {
    const input = inputOf(encodeId('product', await scene.newId(CATALOG_LOGICAL_SHARD)));
    const { errors } = await scene.ask(writeReview, { input }, viewerOf(await scene.newId(0)));
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'productId' } }]);
  });

  it('refuses a caller who is not logged in', async () => {
    const { errors } = await scene.ask(writeReview, { input: inputOf(await scene.newProduct()) });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it.each([
    ['rating', 0],
    ['rating', 6],
    ['title', '  '],
    ['title', 'x'.repeat(121)],
    ['body', ''],
    ['body', 'x'.repeat(5_001)],
  ])('refuses a wrong %s', async (field, value) => {
    const input = inputOf(await scene.newProduct(), { [field]: value });
    const { errors } = await scene.ask(writeReview, { input }, viewerOf(await scene.newId(0)));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });
});

describe('a review that was written', () => {
  it('enters its product’s list and rating once when its event arrives twice, and its merchant is told', async () => {
    const [productId, author] = [await scene.newProduct(), viewerOf(await scene.newId(0))];
    const id = await scene.writeAndIndex(productId, author, 5);
    await scene.bed.queue.deliver(await scene.published('ReviewWritten', id));
    await scene.bed.test.waitForReplicas();

    const { data } = await scene.ask(readProducts, { of: products(productId) });

    expect(data._entities[0]).toMatchObject({
      rating: { count: 1, average: 5 },
      reviews: { nodes: [{ id, rating: 5, author: { id: author.userId }, product: { id: productId } }] },
    });
    const indexed = await scene.published('ReviewIndexed', id);
    expect(indexed.payload).toEqual({ reviewId: id, productId, merchantId: scene.merchantId, rating: 5 });
    expect(await scene.countIndexed(id)).toBe(1);
  });

  it('stays to be indexed while its product is unknown, and leaves no trace of the attempt', async () => {
    const productId = encodeId('product', await scene.newId(CATALOG_LOGICAL_SHARD));
    const authorId = await scene.newId(0);
    const reviewId = encodeId('review', await scene.newId(0));
    const payload = { reviewId, productId, authorId: encodeId('user', authorId), rating: 3 };
    const event = await scene.makeEvent({ name: 'ReviewWritten', payload });
    await expect(scene.bed.queue.deliver(event)).rejects.toThrow(/has no rating/);
    expect(await scene.countIndexed(reviewId)).toBe(0);

    await scene.announceProduct(productId);
    await scene.bed.queue.deliver(event);
    expect(await scene.countIndexed(reviewId)).toBe(1);
  });

  it('keeps its rating when its product is announced again', async () => {
    const productId = await scene.newProduct();
    await scene.writeAndIndex(productId, viewerOf(await scene.newId(0)), 2);
    await scene.announceProduct(productId);
    await scene.bed.test.waitForReplicas();
    const { data } = await scene.ask(readProducts, { of: products(productId) });
    expect(data._entities[0].rating).toEqual({ count: 1, average: 2 });
  });
});
