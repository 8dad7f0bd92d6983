import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { CatalogScene, productId, publishProduct, unknownId, updateProduct } from '../kit/catalog-scene.ts';
import { viewerOf } from '../kit/test-bed.ts';

let scene: CatalogScene;
beforeAll(async () => {
  scene = await CatalogScene.start('catalog');
}, 60_000);
afterAll(() => scene?.stop());

const countProducts = (title: string) => scene.bed.databases.catalog().$primary().product.count({ where: { title } });

describe('publishProduct', () => {
  it('puts a product on sale and tells the other subgraphs', async () => {
    const { data, errors } = await scene.ask(publishProduct, { input: scene.publishInput() }, scene.merchant);
    expect(errors).toEqual([]);
    const { product } = data.publishProduct;
    expect(product).toEqual({
      id: expect.stringMatching(/^prd_/),
      title: 'Lantern',
      version: 1,
      status: 'ACTIVE',
      weightGrams: 800,
      price: { minorUnits: 1_999, currency: 'EUR' },
      category: { id: scene.categoryId('light') },
      merchant: { id: scene.merchant.userId },
      publishedAt: timeOf(decodeId('product', product.id)).toISOString(),
    });
    const event = await scene.bed.queue.waitFor(({ payload }) => payload['productId'] === product.id);
    expect(event).toMatchObject({
      name: 'ProductPublished',
      version: 1,
      aggregateId: decodeId('product', product.id),
      payload: { productId: product.id, merchantId: scene.merchant.userId, initialStock: 5 },
    });
  });

  it('publishes once for a key, also when the same request comes several times at once', async () => {
    const input = scene.publishInput({ title: 'Only once' });
    const answers = await Promise.all([1, 2, 3].map(() => scene.ask(publishProduct, { input }, scene.merchant)));
    answers.push(await scene.ask(publishProduct, { input }, scene.merchant));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    const ids = new Set(answers.map(({ data }) => data.publishProduct.product.id));
    expect(ids.size).toBe(1);
    expect(await countProducts('Only once')).toBe(1);
    const marker = await scene.publish();
    await scene.bed.queue.waitFor(({ payload }) => payload['productId'] === marker);
    expect(scene.bed.queue.published.filter(({ payload }) => ids.has(payload['productId']))).toHaveLength(1);
  });

  it('refuses a key that was used for another product', async () => {
    const input = scene.publishInput({ title: 'The first' });
    await scene.ask(publishProduct, { input }, scene.merchant);
    const { errors } = await scene.ask(publishProduct, { input: { ...input, title: 'The second' } }, scene.merchant);
    expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
    expect(await countProducts('The second')).toBe(0);
  });

  it('is for merchants and administrators', async () => {
    const input = scene.publishInput({ title: 'Not allowed' });
    const [customerId = 0n] = scene.merchantIds;
    const anonymous = await scene.ask(publishProduct, { input });
    const customer = await scene.ask(publishProduct, { input }, viewerOf(customerId, 'CUSTOMER'));
    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(customer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await countProducts('Not allowed')).toBe(0);
    await scene.withdraw(await scene.publish({ title: 'Allowed' }, scene.admin));
  });

  it('refuses what cannot be, and remembers nothing of it under the key', async () => {
    const input = scene.publishInput({ categoryId: encodeId('category', unknownId), title: 'Homeless' });
    const unknown = await scene.ask(publishProduct, { input }, scene.merchant);
    expect(unknown.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'categoryId' } }]);
    const tooLong = await scene.ask(publishProduct, { input: { ...input, title: 'x'.repeat(201) } }, scene.merchant);
    expect(tooLong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'title' } }]);
    const negative = await scene.ask(publishProduct, { input: { ...input, initialStock: -1 } }, scene.merchant);
    expect(negative.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'initialStock' } }]);
    const put = await scene.ask(
      publishProduct,
      { input: { ...input, categoryId: scene.categoryId('light') } },
      scene.merchant,
    );
    expect(put.errors).toEqual([]);
    await scene.withdraw(put.data.publishProduct.product.id);
  });
});

describe('updateProduct', () => {
  it('changes what is stated, leaves the rest, and raises the version', async () => {
    const id = await scene.publish();
    const input = { id, title: 'Storm lantern', price: { minorUnits: 2_499, currency: 'USD' } };
    const { data, errors } = await scene.ask(updateProduct, { input }, scene.merchant);
    expect(errors).toEqual([]);
    expect(data.updateProduct).toEqual({
      __typename: 'UpdateProductSuccess',
      product: {
        id,
        title: 'Storm lantern',
        description: 'Gives light.',
        version: 2,
        status: 'ACTIVE',
        price: { minorUnits: 2_499, currency: 'USD' },
        category: { id: scene.categoryId('light') },
      },
    });
    const moved = await scene.ask(
      updateProduct,
      { input: { id, categoryId: scene.categoryId('outdoors'), status: 'WITHDRAWN' } },
      scene.admin,
    );
    expect(moved.data.updateProduct.product).toMatchObject({
      version: 3,
      status: 'WITHDRAWN',
      category: { id: scene.categoryId('outdoors') },
    });
  });

  it('lets one of two changes through that expect the same version', async () => {
    const id = await scene.publish();
    const answers = await Promise.all(
      ['Left', 'Right'].map((title) =>
        scene.ask(updateProduct, { input: { id, expectedVersion: 1, title } }, scene.merchant),
      ),
    );
    const results = answers.map(({ data }) => data.updateProduct);
    const success = results.find((result) => result.__typename === 'UpdateProductSuccess');
    const refusal = results.find((result) => result.__typename === 'ProductChanged');
    expect(success.product.version).toBe(2);
    expect(refusal).toMatchObject({
      code: 'PRODUCT_CHANGED',
      product: { id, title: success.product.title, version: 2 },
    });
  });

  it("is refused for another merchant's product, for an unknown one, and without anything to change", async () => {
    const id = await scene.publish();
    const codeOf = async (input: Record<string, unknown>, viewer: Viewer | null) =>
      (await scene.ask(updateProduct, { input }, viewer)).errors.map(({ extensions }) => extensions.code);
    const other = viewerOf(scene.merchantIds[1] ?? 0n, 'MERCHANT');
    expect(await codeOf({ id, title: 'Mine' }, other)).toEqual(['FORBIDDEN']);
    expect(await codeOf({ id, title: 'Mine' }, null)).toEqual(['UNAUTHENTICATED']);
    expect(await codeOf({ id: productId(unknownId), title: 'Mine' }, scene.merchant)).toEqual(['NOT_FOUND']);
    expect(await codeOf({ id, categoryId: encodeId('category', unknownId) }, scene.merchant)).toEqual(['NOT_FOUND']);
    expect(await codeOf({ id, title: null }, scene.merchant)).toEqual(['BAD_USER_INPUT']);
    expect(await codeOf({ id: scene.merchant.userId, title: 'Mine' }, scene.merchant)).toEqual(['INVALID_ID']);
    expect((await scene.ask(`{ product(id: "${id}") { title version } }`)).data.product).toEqual({
      title: 'Lantern',
      version: 1,
    });
  });
});
