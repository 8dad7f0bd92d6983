import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { logInPeople, type People, type Person } from '../kit/people.ts';
import { readTable } from '../kit/read-table.ts';
import { euros, productInput, publishProduct } from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const PUBLISH = `mutation Publish($input: PublishProductInput!) {
  publishProduct(input: $input) {
    product {
      id title description price { minorUnits currency } weightGrams status version merchant { id displayName }
    }
  }
}`;

const UPDATE = `mutation Update($input: UpdateProductInput!) {
  updateProduct(input: $input) {
    __typename
    ... on UpdateProductSuccess { product { title version price { minorUnits } } }
    ... on ProductChanged { code product { title version } }
  }
}`;

const SEARCH = `query Search($text: String!) {
  search(text: $text) { __typename ... on Product { id title } ... on Category { id name } }
}`;

let graph: TestGraph;
let people: People;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'publish_product' });
  people = await logInPeople(graph);
}, 120_000);
afterAll(() => graph?.stop());

describe('publishing a product', () => {
  it('answers the product at once, and stock and rating arrive once', async () => {
    const input = { ...productInput(graph), initialStock: 7 };
    const { data, errors } = await publish(people.merchant, input);
    expect(errors).toEqual([]);
    const { product } = data.publishProduct;
    const { idempotencyKey, initialStock, categoryId, ...shown } = input;
    expect(product).toMatchObject({ ...shown, status: 'ACTIVE', version: 1, merchant: { id: people.merchant.id } });

    await graph.untilEventsAreHandled();
    const merchantId = decodeId('user', people.merchant.id);
    const ids = { product_id: decodeId('product', product.id), merchant_id: merchantId };
    expect(await rowsOf('stock', product.id)).toMatchObject([{ ...ids, available: 7, reserved: 0 }]);
    expect(await rowsOf('product_ratings', product.id)).toMatchObject([{ ...ids, count: 0, sum: 0 }]);
  });

  it('with the same key publishes once, also ten times at once', async () => {
    const input = productInput(graph);
    const answers = await Promise.all(Array.from({ length: 10 }, () => publish(people.merchant, input)));
    answers.push(await publish(people.merchant, input));
    const ids = answers.map(({ data }) => data?.publishProduct.product.id);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^prd_/);
  });

  it('with the same key and another input is refused', async () => {
    const input = productInput(graph);
    await publish(people.merchant, input);
    const { data, errors } = await publish(people.merchant, { ...input, title: 'Another title' });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['publishProduct'], extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  });

  it('is for merchants', async () => {
    const { data, errors } = await publish(people.customer, productInput(graph));
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['publishProduct'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]);
  });
});

describe('changing a product', () => {
  it('raises its version by one, and is refused with the product as it is now when another version was expected', async () => {
    const { id } = await publishProduct(graph, people.merchant);
    const change = { id, expectedVersion: 1, title: 'Cherry egg cup', price: euros(1_500) };
    expect((await update(people.merchant, change)).data.updateProduct).toEqual({
      __typename: 'UpdateProductSuccess',
      product: { title: 'Cherry egg cup', version: 2, price: { minorUnits: 1_500 } },
    });
    expect((await update(people.merchant, { ...change, title: 'Plum egg cup' })).data.updateProduct).toEqual({
      __typename: 'ProductChanged',
      code: 'PRODUCT_CHANGED',
      product: { title: 'Cherry egg cup', version: 2 },
    });
  });

  it('succeeds for exactly one of ten who expect the same version', async () => {
    const { id } = await publishProduct(graph, people.merchant);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, place) =>
        update(people.merchant, { id, expectedVersion: 1, title: `Cup ${place}` }),
      ),
    );
    const outcomes = answers.map(({ data }) => data.updateProduct.__typename);
    expect(outcomes.filter((outcome) => outcome === 'UpdateProductSuccess')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'ProductChanged')).toHaveLength(9);
  });

  it('is for its merchant and administrators', async () => {
    const { id } = await publishProduct(graph, people.merchant);
    for (const [viewer, code] of [
      [people.otherMerchant, 'FORBIDDEN'],
      [people.customer, 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ] as const) {
      const { errors } = await update(viewer, { id, title: 'Mine now' });
      expect(errors).toMatchObject([{ path: ['updateProduct'], extensions: { code } }]);
    }
    const { data } = await update(people.admin, { id, title: 'Moderated' });
    expect(data.updateProduct.product).toMatchObject({ title: 'Moderated', version: 2 });
  });
});

describe('search', () => {
  it('finds a product by a word of its title in another form, until it is withdrawn', async () => {
    const word = `zyx${randomUUID().slice(0, 8).replaceAll(/\d/g, 'q')}`;
    const { id } = await publishProduct(graph, people.merchant, { title: `Carved ${word} bowls` });
    const found = async () => (await graph.ask({ query: SEARCH, variables: { text: `bowl ${word}` } })).data.search;
    await graph.test.waitForReplicas();
    expect(await found()).toEqual([{ __typename: 'Product', id, title: `Carved ${word} bowls` }]);
    await update(people.merchant, { id, status: 'WITHDRAWN' });
    await graph.test.waitForReplicas();
    expect(await found()).toEqual([]);
  });
});

describe('the pages of all products', () => {
  type Row = { id: bigint; price_minor: bigint; merchant_id: bigint; category_id: bigint; status: string };
  const newest = (a: Row, b: Row) => Number(b.id - a.id);
  const cheapest = (a: Row, b: Row) => Number(a.price_minor - b.price_minor) || Number(a.id - b.id);
  const dearest = (a: Row, b: Row) => cheapest(b, a);
  const all = { filter: () => ({}), fits: () => true };
  const ofMerchant = {
    filter: () => ({ merchantId: people.merchant.id }),
    fits: (row: Row) => encodeId('user', row.merchant_id) === people.merchant.id,
  };
  const midPriced = {
    filter: () => ({ minPriceMinorUnits: 2_000, maxPriceMinorUnits: 9_000 }),
    fits: (row: Row) => row.price_minor >= 2_000n && row.price_minor <= 9_000n,
  };
  const ofDepartment = {
    filter: () => ({ categoryId: encodeId('category', department().id) }),
    fits: (row: Row) => department().leaves.has(row.category_id),
  };

  it.each([
    ['NEWEST', 'all', newest, all],
    ['PRICE_ASC', 'all', cheapest, all],
    ['PRICE_DESC', 'all', dearest, all],
    ['NEWEST', "a merchant's", newest, ofMerchant],
    ['PRICE_ASC', 'mid-priced', cheapest, midPriced],
    ['PRICE_DESC', "a department's", dearest, ofDepartment],
  ])('in the order %s walk %s exactly once', async (sort, _which, compare, { filter, fits }) => {
    await graph.test.waitForReplicas();
    const rows: Row[] = await readTable(graph.config.catalog.primary, 'products');
    const expected = rows.filter((row) => row.status === 'ACTIVE' && fits(row)).sort(compare);
    expect(expected.length).toBeGreaterThan(14);
    expect(await walk({ sort, filter: filter(), first: 7 })).toEqual(expected.map(({ id }) => encodeId('product', id)));
  });

  it('refuse a cursor of another order', async () => {
    const { endCursor } = (await page({ sort: 'NEWEST', first: 1 })).data.products.pageInfo;
    const { errors } = await page({ sort: 'PRICE_ASC', first: 1, after: endCursor });
    expect(errors).toMatchObject([{ path: ['products'], extensions: { code: 'INVALID_CURSOR' } }]);
  });

  function department(): { id: bigint; leaves: Set<bigint> } {
    const { categories } = graph.seeded.marketplace;
    const [root] = categories.filter(({ parentId }) => parentId === null);
    if (!root) throw new Error('the seed data has no department');
    return { id: root.id, leaves: new Set(categories.filter((each) => each.parentId === root.id).map(({ id }) => id)) };
  }

  /** The ids of all pages. */
  async function walk(variables: { sort: string; filter: object; first: number }): Promise<string[]> {
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data, errors } = await page({ ...variables, after });
      expect(errors).toEqual([]);
      const { nodes, pageInfo } = data.products;
      ids.push(...nodes.map(({ id }: { id: string }) => id));
      if (!pageInfo.hasNextPage) return ids;
      expect(nodes).toHaveLength(variables.first);
      after = pageInfo.endCursor;
    }
  }

  function page(variables: Record<string, unknown>) {
    const query = `query Page($filter: ProductFilter, $sort: ProductSort!, $first: Int, $after: String) {
      products(filter: $filter, sort: $sort, first: $first, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor }
      }
    }`;
    return graph.ask({ query, variables });
  }
});

const publish = (viewer: Person, input: object) =>
  graph.ask({ query: PUBLISH, variables: { input }, token: viewer.token });

const update = (viewer: Person, input: object) =>
  graph.ask({ query: UPDATE, variables: { input }, token: viewer.token });

/** The rows of a catalog table that belong to a product. */
async function rowsOf(table: string, productId: string) {
  const id = decodeId('product', productId);
  return (await readTable(graph.config.catalog.primary, table)).filter((row) => row.product_id === id);
}
