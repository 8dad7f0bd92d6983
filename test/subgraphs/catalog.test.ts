import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId, ID_EPOCH_MS, timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed, viewerOf } from '../kit/test-bed.ts';

const listProducts = `query List($filter: ProductFilter, $sort: ProductSort! = NEWEST, $first: Int, $after: String) {
  products(filter: $filter, sort: $sort, first: $first, after: $after) {
    nodes { id title price { minorUnits } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const publishProduct = `mutation Publish($input: PublishProductInput!) {
  publishProduct(input: $input) {
    product { id title version status weightGrams price { minorUnits currency } category { id } merchant { id } publishedAt }
  }
}`;
const updateProduct = `mutation Update($input: UpdateProductInput!) {
  updateProduct(input: $input) {
    __typename
    ... on UpdateProductSuccess { product { id title description version status price { minorUnits currency } category { id } } }
    ... on ProductChanged { code message product { id title version } }
  }
}`;
const entities = (selection: string) => `query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) { ${selection} }
}`;

interface TestProduct {
  id: bigint;
  merchantId: bigint;
  categoryId: bigint;
  title: string;
  description: string;
  priceMinor: bigint;
  status: 'ACTIVE' | 'WITHDRAWN';
}

// home > kitchen > pans, home > light; outdoors
const tree = { home: null, kitchen: 'home', pans: 'kitchen', light: 'home', outdoors: null } as const;
type CategoryName = keyof typeof tree;

let bed: TestBed;
let subgraph: { url: string; stop(): Promise<void> };
let categoryIds: Record<CategoryName, bigint>;
let products: TestProduct[];
let merchantIds: bigint[];
let merchant: Viewer;
let admin: Viewer;

beforeAll(async () => {
  bed = await startTestBed('catalog');
  subgraph = await startCatalogSubgraph(bed.options);
  merchantIds = [...(await bed.databases.newIds(0, 3)), ...(await bed.databases.newIds(1022, 2))];
  merchant = viewerOf(merchantIds[0] ?? 0n, 'MERCHANT');
  admin = viewerOf(merchantIds[4] ?? 0n, 'ADMIN');
  categoryIds = await insertCategories();
  products = await insertProducts();
}, 60_000);

afterAll(async () => {
  await subgraph?.stop();
  await bed?.stop();
});

async function insertCategories(): Promise<Record<CategoryName, bigint>> {
  const names = Object.keys(tree) as CategoryName[];
  const ids = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, names.length);
  const idOf = Object.fromEntries(names.map((name, index) => [name, ids[index] ?? 0n])) as Record<CategoryName, bigint>;
  const rows = names.map((name, position) => {
    const parent = tree[name];
    return { id: idOf[name], parentId: parent === null ? null : idOf[parent], slug: name, name, position };
  });
  await bed.databases.catalog().category.createMany({ data: rows });
  return idOf;
}

/** 60 products over three merchants and four categories, with ten prices, so that prices repeat; every tenth is withdrawn. */
async function insertProducts(): Promise<TestProduct[]> {
  const { kitchen, pans, light, outdoors } = categoryIds;
  const ids = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, 60);
  const rows = ids.map(
    (id, index): TestProduct => ({
      id,
      merchantId: merchantIds[index % 3] ?? 0n,
      categoryId: [kitchen, pans, light, outdoors][index % 4] ?? 0n,
      title: index % 7 === 0 ? `Copper kettle ${index}` : `Thing ${index}`,
      description: index % 11 === 0 ? 'Lasts for many lifetimes.' : 'Useful.',
      priceMinor: BigInt(((index * 7) % 10) * 100 + 100),
      status: index % 10 === 9 ? 'WITHDRAWN' : 'ACTIVE',
    }),
  );
  await bed.databases.catalog().product.createMany({
    data: rows.map((row) => ({ ...row, currency: 'EUR', weightGrams: 500 })),
  });
  return rows;
}

/** Asks once the replicas have what was written before. */
async function ask(query: string, variables: Record<string, unknown> = {}, viewer: Viewer | null = null) {
  await bed.test.waitForReplicas();
  return callSubgraph(subgraph.url, { query, variables, viewer });
}

const unknownId = composeId({ timeMs: ID_EPOCH_MS, logicalShard: CATALOG_LOGICAL_SHARD, sequence: 1 });
const productId = (id: bigint) => encodeId('product', id);
const categoryId = (name: CategoryName) => encodeId('category', categoryIds[name]);
const newestFirst = (left: TestProduct, right: TestProduct) => (left.id < right.id ? 1 : -1);

/** Ids of the products on sale that fit, the newest first: what the statements are held against. */
function idsOf(fits: (product: TestProduct) => boolean): string[] {
  const onSale = products.filter((product) => product.status === 'ACTIVE' && fits(product));
  return onSale.sort(newestFirst).map(({ id }) => productId(id));
}

async function listIds(filter: Record<string, unknown>): Promise<string[]> {
  const { data, errors, statements } = await ask(listProducts, { filter, first: 100 });
  expect(errors).toEqual([]);
  expect(statements).toHaveLength(1);
  return data.products.nodes.map(({ id }: { id: string }) => id);
}

describe('products', () => {
  it('are found by words in title and description, in any form of the word', async () => {
    const fits = ({ title, description }: TestProduct) => title.includes('kettle') || description.includes('lifetimes');
    expect(await listIds({ text: 'kettles or lifetime' })).toEqual(idsOf(fits));
    expect(await listIds({ text: 'copper -kettle' })).toEqual([]);
    expect(await listIds({ text: 'the' })).toEqual([]);
  });

  it('are found in a category and in all below it', async () => {
    const { kitchen, pans, light } = categoryIds;
    expect(await listIds({ categoryId: categoryId('home') })).toEqual(
      idsOf((product) => [kitchen, pans, light].includes(product.categoryId)),
    );
    expect(await listIds({ categoryId: categoryId('pans') })).toEqual(idsOf((product) => product.categoryId === pans));
  });

  it('are found by merchant and price, all conditions together', async () => {
    const [, second = 0n] = merchantIds;
    const filter = { merchantId: encodeId('user', second), minPriceMinorUnits: 300, maxPriceMinorUnits: 700 };
    expect(await listIds(filter)).toEqual(
      idsOf(({ merchantId, priceMinor }) => merchantId === second && priceMinor >= 300n && priceMinor <= 700n),
    );
    expect(await listIds({ ...filter, categoryId: categoryId('pans'), text: 'thing' })).toEqual(
      idsOf(
        ({ merchantId, priceMinor, categoryId: of, title }) =>
          merchantId === second &&
          priceMinor >= 300n &&
          priceMinor <= 700n &&
          of === categoryIds.pans &&
          title.includes('Thing'),
      ),
    );
  });

  it('take hostile words for words', async () => {
    expect(await listIds({ text: "'; DROP TABLE products; --" })).toEqual([]);
    expect((await listIds({})).length).toBe(idsOf(() => true).length);
  });

  it.each(['NEWEST', 'PRICE_ASC', 'PRICE_DESC'] as const)(
    'come page by page in the order %s, each once',
    async (sort) => {
      const seen: { id: string; price: { minorUnits: number } }[] = [];
      let after: string | null = null;
      do {
        const { data, errors, statements } = await ask(listProducts, { sort, first: 7, after });
        expect(errors).toEqual([]);
        expect(statements).toHaveLength(1);
        const { nodes, pageInfo } = data.products;
        expect(pageInfo.hasPreviousPage).toBe(after !== null);
        seen.push(...nodes);
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);

      const direction = sort === 'PRICE_ASC' ? -1 : 1;
      const expected = products
        .filter(({ status }) => status === 'ACTIVE')
        .sort((left, right) => {
          const byPrice = sort === 'NEWEST' ? 0 : Number(right.priceMinor - left.priceMinor);
          return direction * (byPrice || newestFirst(left, right));
        });
      expect(seen.map(({ id }) => id)).toEqual(expected.map(({ id }) => productId(id)));
    },
  );

  it('refuse a cursor of another order, a damaged one, and a page that is too large', async () => {
    const { data } = await ask(listProducts, { sort: 'NEWEST', first: 1 });
    const cursor: string = data.products.pageInfo.endCursor;
    const codeOf = async (variables: Record<string, unknown>) =>
      (await ask(listProducts, variables)).errors.map(({ extensions }) => extensions.code);
    expect(await codeOf({ sort: 'PRICE_ASC', after: cursor })).toEqual(['INVALID_CURSOR']);
    expect(await codeOf({ sort: 'NEWEST', after: `${cursor}x` })).toEqual(['INVALID_CURSOR']);
    expect(await codeOf({ first: 101 })).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
    expect(await codeOf({ filter: { categoryId: encodeId('user', 1n) } })).toEqual(['INVALID_ID']);
    expect(await codeOf({ filter: { text: 'x'.repeat(201) } })).toEqual(['BAD_USER_INPUT']);
  });
});

describe('entities', () => {
  it('are read together in one statement, unknown ones as null and mistaken ids as their own error', async () => {
    const [first, second] = products;
    const ids = [first?.id ?? 0n, unknownId, second?.id ?? 0n].map(productId);
    const representations = [...ids, encodeId('order', 5n)].map((id) => ({ __typename: 'Product', id }));
    const { data, errors, statements, loaderBatches } = await ask(
      entities('... on Product { id publishedAt merchant { id } }'),
      { representations },
    );
    expect(data._entities).toEqual([
      {
        id: ids[0],
        publishedAt: timeOf(first?.id ?? 0n).toISOString(),
        merchant: { id: encodeId('user', merchantIds[0] ?? 0n) },
      },
      null,
      expect.objectContaining({ id: ids[2] }),
      null,
    ]);
    expect(errors).toMatchObject([{ path: ['_entities', 3], extensions: { code: 'INVALID_ID' } }]);
    expect(loaderBatches).toEqual([{ loader: 'productById', group: 'catalog', keys: 3 }]);
    expect(statements).toHaveLength(1);
  });

  it('give many merchants their newest products in one statement, withdrawn ones included', async () => {
    const representations = merchantIds.map((id) => ({ __typename: 'User', id: encodeId('user', id) }));
    const query = entities(
      '... on User { id products(first: 4) { nodes { id status category { id parent { id } } } pageInfo { hasNextPage endCursor } } }',
    );
    const { data, errors, statements } = await ask(query, { representations });
    expect(errors).toEqual([]);
    for (const [index, user] of data._entities.entries()) {
      const own = products.filter(({ merchantId }) => merchantId === merchantIds[index]).sort(newestFirst);
      expect(user.products.nodes.map(({ id }: { id: string }) => id)).toEqual(
        own.slice(0, 4).map(({ id }) => productId(id)),
      );
      expect(user.products.pageInfo.hasNextPage).toBe(own.length > 4);
    }
    expect(JSON.stringify(data)).toContain('WITHDRAWN');
    // The pages, their categories, the categories above those.
    expect(statements).toHaveLength(3);
  });

  it('page through the products of one merchant', async () => {
    const [merchantId = 0n] = merchantIds;
    const own = products.filter((product) => product.merchantId === merchantId).sort(newestFirst);
    const query = `query More($representations: [_Any!]!, $after: String) {
      _entities(representations: $representations) {
        ... on User { products(first: 8, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }
      }
    }`;
    const representations = [{ __typename: 'User', id: encodeId('user', merchantId) }];
    const first = (await ask(query, { representations })).data._entities[0].products;
    const second = (await ask(query, { representations, after: first.pageInfo.endCursor })).data._entities[0].products;
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(
      own.slice(0, 16).map(({ id }) => productId(id)),
    );
  });
});

describe('categories', () => {
  it('show their tree and a page of products each, level by level in one statement', async () => {
    const category =
      'id slug parent { id } products(sort: PRICE_ASC, first: 3) { nodes { id } pageInfo { hasNextPage } }';
    const { data, errors, statements } = await ask(
      `{ categories { ${category} children { ${category} children { ${category} children { id } } } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.categories.map(({ slug }: { slug: string }) => slug)).toEqual(['home', 'outdoors']);
    const [home, outdoors] = data.categories;
    expect(home.children.map(({ slug }: { slug: string }) => slug)).toEqual(['kitchen', 'light']);
    const [pans] = home.children[0].children;
    expect(pans.parent).toEqual({ id: home.children[0].id });

    const { kitchen, light, pans: pansId, outdoors: outdoorsId } = categoryIds;
    const cheapest = (of: bigint[]) =>
      products
        .filter(({ status, categoryId: id }) => status === 'ACTIVE' && of.includes(id))
        .sort((left, right) => Number(left.priceMinor - right.priceMinor) || newestFirst(right, left))
        .slice(0, 3)
        .map(({ id }) => ({ id: productId(id) }));
    expect(home.products.nodes).toEqual(cheapest([kitchen, light, pansId]));
    expect(outdoors.products.nodes).toEqual(cheapest([outdoorsId]));
    expect(home.children[0].products.nodes).toEqual(cheapest([kitchen, pansId]));
    expect(pans.products.nodes).toEqual(cheapest([pansId]));
    expect(pans.products.pageInfo.hasNextPage).toBe(true);
    // The roots; of each of three levels the children and the products; the parents of two levels, less those that are known.
    const ofProducts = statements.filter(({ text }) => text.includes('FROM products'));
    expect(ofProducts).toHaveLength(3);
    expect(statements.length).toBeLessThanOrEqual(1 + 3 + 3 + 2);
  });

  it('ask once for each set of page arguments', async () => {
    const { statements } = await ask(
      '{ categories { newest: products(first: 2) { nodes { id } } cheapest: products(sort: PRICE_ASC, first: 2) { nodes { id } } } }',
    );
    expect(statements.filter(({ text }) => text.includes('FROM products'))).toHaveLength(2);
  });
});

describe('search', () => {
  const search = `query Search($text: String!, $first: Int) {
    search(text: $text, first: $first) { __typename ... on Category { slug } ... on Product { title } }
  }`;

  it('finds categories first, then products, no more than were asked for', async () => {
    const id = await publish({ title: 'Pan for one', description: 'Of iron.' });
    const { data, errors } = await ask(search, { text: 'pan' });
    expect(errors).toEqual([]);
    expect(data.search).toEqual([
      { __typename: 'Category', slug: 'pans' },
      { __typename: 'Product', title: 'Pan for one' },
    ]);
    expect((await ask(search, { text: 'pan', first: 1 })).data.search).toEqual([
      { __typename: 'Category', slug: 'pans' },
    ]);
    await withdraw(id);
  });

  it('finds nothing without words, and asks nobody', async () => {
    const { data, statements } = await ask(search, { text: '  ' });
    expect(data.search).toEqual([]);
    expect(statements).toEqual([]);
  });
});

function publishInput(change: Record<string, unknown> = {}) {
  return {
    idempotencyKey: randomUUID(),
    title: 'Lantern',
    description: 'Gives light.',
    price: { minorUnits: 1_999, currency: 'EUR' },
    weightGrams: 800,
    categoryId: categoryId('light'),
    initialStock: 5,
    ...change,
  };
}

async function publish(change: Record<string, unknown> = {}, viewer = merchant): Promise<string> {
  const { data, errors } = await ask(publishProduct, { input: publishInput(change) }, viewer);
  expect(errors).toEqual([]);
  return data.publishProduct.product.id;
}

async function withdraw(id: string): Promise<void> {
  await ask(updateProduct, { input: { id, status: 'WITHDRAWN' } }, admin);
}

const countProducts = (title: string) => bed.databases.catalog().$primary().product.count({ where: { title } });

describe('publishProduct', () => {
  it('puts a product on sale and tells the other subgraphs', async () => {
    const { data, errors } = await ask(publishProduct, { input: publishInput() }, merchant);
    expect(errors).toEqual([]);
    const { product } = data.publishProduct;
    expect(product).toEqual({
      id: expect.stringMatching(/^prd_/),
      title: 'Lantern',
      version: 1,
      status: 'ACTIVE',
      weightGrams: 800,
      price: { minorUnits: 1_999, currency: 'EUR' },
      category: { id: categoryId('light') },
      merchant: { id: merchant.userId },
      publishedAt: timeOf(decodeId('product', product.id)).toISOString(),
    });
    const event = await bed.queue.waitFor(({ payload }) => payload['productId'] === product.id);
    expect(event).toMatchObject({
      name: 'ProductPublished',
      version: 1,
      aggregateId: decodeId('product', product.id),
      payload: { productId: product.id, merchantId: merchant.userId, initialStock: 5 },
    });
  });

  it('publishes once for a key, also when the same request comes several times at once', async () => {
    const input = publishInput({ title: 'Only once' });
    const answers = await Promise.all([1, 2, 3].map(() => ask(publishProduct, { input }, merchant)));
    answers.push(await ask(publishProduct, { input }, merchant));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    const ids = new Set(answers.map(({ data }) => data.publishProduct.product.id));
    expect(ids.size).toBe(1);
    expect(await countProducts('Only once')).toBe(1);
    const marker = await publish();
    await bed.queue.waitFor(({ payload }) => payload['productId'] === marker);
    expect(bed.queue.published.filter(({ payload }) => ids.has(payload['productId']))).toHaveLength(1);
  });

  it('refuses a key that was used for another product', async () => {
    const input = publishInput({ title: 'The first' });
    await ask(publishProduct, { input }, merchant);
    const { errors } = await ask(publishProduct, { input: { ...input, title: 'The second' } }, merchant);
    expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
    expect(await countProducts('The second')).toBe(0);
  });

  it('is for merchants and administrators', async () => {
    const input = publishInput({ title: 'Not allowed' });
    const [customerId = 0n] = merchantIds;
    const anonymous = await ask(publishProduct, { input });
    const customer = await ask(publishProduct, { input }, viewerOf(customerId, 'CUSTOMER'));
    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(customer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await countProducts('Not allowed')).toBe(0);
    await withdraw(await publish({ title: 'Allowed' }, admin));
  });

  it('refuses what cannot be, and remembers nothing of it under the key', async () => {
    const input = publishInput({ categoryId: encodeId('category', unknownId), title: 'Homeless' });
    const unknown = await ask(publishProduct, { input }, merchant);
    expect(unknown.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'categoryId' } }]);
    const tooLong = await ask(publishProduct, { input: { ...input, title: 'x'.repeat(201) } }, merchant);
    expect(tooLong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'title' } }]);
    const negative = await ask(publishProduct, { input: { ...input, initialStock: -1 } }, merchant);
    expect(negative.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'initialStock' } }]);
    const put = await ask(publishProduct, { input: { ...input, categoryId: categoryId('light') } }, merchant);
    expect(put.errors).toEqual([]);
    await withdraw(put.data.publishProduct.product.id);
  });
});

describe('updateProduct', () => {
  it('changes what is stated, leaves the rest, and raises the version', async () => {
    const id = await publish();
    const input = { id, title: 'Storm lantern', price: { minorUnits: 2_499, currency: 'USD' } };
    const { data, errors } = await ask(updateProduct, { input }, merchant);
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
        category: { id: categoryId('light') },
      },
    });
    const moved = await ask(
      updateProduct,
      { input: { id, categoryId: categoryId('outdoors'), status: 'WITHDRAWN' } },
      admin,
    );
    expect(moved.data.updateProduct.product).toMatchObject({
      version: 3,
      status: 'WITHDRAWN',
      category: { id: categoryId('outdoors') },
    });
  });

  it('lets one of two changes through that expect the same version', async () => {
    const id = await publish();
    const answers = await Promise.all(
      ['Left', 'Right'].map((title) => ask(updateProduct, { input: { id, expectedVersion: 1, title } }, merchant)),
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
    const id = await publish();
    const codeOf = async (input: Record<string, unknown>, viewer: Viewer | null) =>
      (await ask(updateProduct, { input }, viewer)).errors.map(({ extensions }) => extensions.code);
    const other = viewerOf(merchantIds[1] ?? 0n, 'MERCHANT');
    expect(await codeOf({ id, title: 'Mine' }, other)).toEqual(['FORBIDDEN']);
    expect(await codeOf({ id, title: 'Mine' }, null)).toEqual(['UNAUTHENTICATED']);
    expect(await codeOf({ id: productId(unknownId), title: 'Mine' }, merchant)).toEqual(['NOT_FOUND']);
    expect(await codeOf({ id, categoryId: encodeId('category', unknownId) }, merchant)).toEqual(['NOT_FOUND']);
    expect(await codeOf({ id, title: null }, merchant)).toEqual(['BAD_USER_INPUT']);
    expect(await codeOf({ id: merchant.userId, title: 'Mine' }, merchant)).toEqual(['INVALID_ID']);
    expect((await ask(`{ product(id: "${id}") { title version } }`)).data.product).toEqual({
      title: 'Lantern',
      version: 1,
    });
  });
});
