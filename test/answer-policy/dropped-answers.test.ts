import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { Kind, parse } from 'graphql';
import { untilEventsAreHandled } from '../kit/events-handled.ts';
import { logInPeople, type People, type Person } from '../kit/people.ts';
import {
  line,
  orderUntil,
  placeGoodOrder,
  publishProduct,
  type ShopOrder,
  type ShopProduct,
} from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { type ReadObjects, readingsOf, viewerOf } from './readings.ts';
import { createRecordingCache } from './recording-cache.ts';
import { askForTags, type Reading, type TaggedAnswer } from './tagged-answer.ts';

/** A change, which mutation makes it, and what some reading whose answer it has to change has in its name. */
interface Change {
  readonly name: string;
  readonly mutation: string;
  readonly changes: readonly string[];
  run(): Promise<unknown>;
}

const cache = createRecordingCache();
let graph: TestGraph;
let people: People;
let product: ShopProduct;
let order: ShopOrder | undefined;
let objects: ReadObjects;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'dropped_answers', cache });
  people = await logInPeople(graph);
  product = await publishProduct(graph, people.merchant, { title: 'Egg cup', initialStock: 5 });
  const reviewed = await publishProduct(graph, people.merchant, { title: 'Egg timer' });
  const other = await publishProduct(graph, people.otherMerchant, { title: 'Teapot' });
  const leaves = graph.seeded.marketplace.categories.filter(({ parentId }) => parentId !== null);
  const [category] = leaves;
  const elsewhere = leaves.find(({ parentId }) => parentId !== category?.parentId);
  if (!category?.parentId || !elsewhere) throw new Error('the seed data has too few categories');
  const { writeReview } = await change(people.customer, WRITE_REVIEW, { productId: reviewed.id, ...opinion });
  await settled();
  const categoryId = encodeId('category', category.id);
  const pages = await graph.ask({
    query: `{
      products(first: 3) { pageInfo { endCursor } }
      category(id: "${categoryId}") { products(first: 1) { pageInfo { endCursor } } }
    }`,
  });
  objects = {
    product: product.id,
    otherProduct: other.id,
    category: categoryId,
    otherCategory: encodeId('category', elsewhere.id),
    parentCategory: encodeId('category', category.parentId),
    merchant: people.merchant.id,
    customer: people.customer.id,
    review: writeReview.review.id,
    afterProducts: pages.data.products.pageInfo.endCursor,
    afterProductsOfCategory: pages.data.category.products.pageInfo.endCursor,
  };
}, 120_000);
afterAll(() => graph?.stop());

const UPDATE_PRODUCT = 'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { __typename } }';
const UPDATE_PROFILE = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { id } } }';
const ADJUST_STOCK = 'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { __typename } }';
const WRITE_REVIEW =
  'mutation ($input: WriteReviewInput!) { writeReview(input: $input) { ... on WriteReviewSuccess { review { id } } } }';
const CANCEL_ORDER = 'mutation ($input: ID!) { cancelOrder(id: $input) { __typename } }';
const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { __typename } }';
const MARK_READ = 'mutation ($input: ID!) { markNotificationRead(id: $input) { notification { id } } }';
const RECORD_VIEW = 'mutation ($input: RecordProductViewInput!) { recordProductView(input: $input) { __typename } }';
const opinion = { rating: 4, title: 'Good', body: 'Very good.' };

const updateProduct = (input: object) => change(people.merchant, UPDATE_PRODUCT, { id: product.id, ...input });
const adjustStock = (delta: number) =>
  change(people.merchant, ADJUST_STOCK, { idempotencyKey: randomUUID(), productId: product.id, delta });

async function change(person: Person | undefined, query: string, input: unknown) {
  const { data, errors } = await graph.ask({ query, variables: { input }, ...(person && { token: person.token }) });
  if (errors.length > 0) throw new Error(`${query} failed: ${JSON.stringify(errors)}`);
  return data;
}

const changes: readonly Change[] = [
  {
    name: 'a product is published',
    mutation: 'publishProduct',
    changes: ['products { edges', 'PRICE_ASC', 'search(text: "egg")', 'merchantId', 'categoryId', 'User '],
    run: () => publishProduct(graph, people.merchant, { title: 'Egg spoon' }),
  },
  {
    name: 'the title of a product changes',
    mutation: 'updateProduct',
    changes: ['product(id', 'Product prd', 'search(text: "spoon")', 'text: "spoon"'],
    run: () => updateProduct({ title: 'Spoon rest' }),
  },
  {
    name: 'the price of a product changes',
    mutation: 'updateProduct',
    changes: ['product(id', 'minPriceMinorUnits', 'sort: PRICE_ASC'],
    run: () => updateProduct({ price: { minorUnits: 1, currency: 'EUR' } }),
  },
  {
    name: 'a product moves to another category',
    mutation: 'updateProduct',
    changes: ['product(id', 'categoryId', 'category(id'],
    run: () => updateProduct({ categoryId: objects.otherCategory }),
  },
  {
    name: 'a product moves back',
    mutation: 'updateProduct',
    changes: ['category(id'],
    run: () => updateProduct({ categoryId: objects.category }),
  },
  {
    name: 'a product is withdrawn',
    mutation: 'updateProduct',
    changes: ['product(id', 'products { edges', 'category(id'],
    run: () => updateProduct({ status: 'WITHDRAWN' }),
  },
  {
    name: 'a product is on sale again',
    mutation: 'updateProduct',
    changes: ['products { edges'],
    run: () => updateProduct({ status: 'ACTIVE' }),
  },
  { name: 'units come in', mutation: 'adjustStock', changes: ['stock {'], run: () => adjustStock(3) },
  { name: 'all units go out', mutation: 'adjustStock', changes: ['stock {'], run: () => adjustStock(-8) },
  { name: 'units are there again', mutation: 'adjustStock', changes: ['stock {'], run: () => adjustStock(10) },
  {
    name: 'an order is placed',
    mutation: 'placeOrder',
    changes: ['stock {'],
    run: async () => {
      const lines = [line({ ...product, price: { minorUnits: 1, currency: 'EUR' } }, 2)];
      order = await placeGoodOrder(graph, people.customer, lines);
      await orderUntil(graph, people.customer, order.id, 'CONFIRMED');
    },
  },
  {
    name: 'an order is cancelled',
    mutation: 'cancelOrder',
    changes: ['stock {'],
    run: () => change(people.customer, CANCEL_ORDER, order?.id),
  },
  {
    name: 'a review is written',
    mutation: 'writeReview',
    changes: ['rating {', 'reviews { nodes', 'User usr'],
    run: () => change(people.customer, WRITE_REVIEW, { productId: product.id, ...opinion }),
  },
  {
    name: 'a profile changes',
    mutation: 'updateProfile',
    changes: ['me', 'user usr', 'node usr', 'User usr'],
    run: () => change(people.customer, UPDATE_PROFILE, { displayName: 'Somebody else', bio: 'New here.' }),
  },
  {
    name: 'an account is opened',
    mutation: 'register',
    changes: [],
    run: () => change(undefined, REGISTER, { email: 'new@example.com', password: 'long enough', displayName: 'New' }),
  },
  {
    name: 'a notification is read',
    mutation: 'markNotificationRead',
    changes: [],
    run: async () => {
      const { token } = people.customer;
      const { data } = await graph.ask({ query: '{ me { notifications(first: 1) { nodes { id } } } }', token });
      await change(people.customer, MARK_READ, data.me.notifications.nodes[0].id);
    },
  },
  {
    name: 'a product is looked at',
    mutation: 'recordProductView',
    changes: [],
    run: () => change(people.customer, RECORD_VIEW, { productId: product.id }),
  },
];

describe('an answer that is kept is dropped when', () => {
  it.each(changes)('$name', async ({ changes, run }) => {
    const readings = readingsOf(objects);
    const before = await readAll(readings);
    cache.takeInvalidated();
    await run();
    await settled();
    const invalidated = cache.takeInvalidated();
    const after = await readAll(readings);

    const changed = before.filter(({ data }, index) => data !== after[index]?.data);
    const names = changed.map(({ name }) => name);
    if (changes.length === 0) expect(names).toEqual([]);
    for (const part of changes) expect(names).toContainEqual(expect.stringContaining(part));
    const stillKept = changed.filter(({ tags }) => tags.isDisjointFrom(invalidated));
    expect({ stillKept, invalidated }).toEqual({ stillKept: [], invalidated });

    const unrelated = before.filter(({ name }) => name.startsWith(`product(id: "${objects.otherProduct}"`));
    expect(unrelated.filter(({ tags }) => !tags.isDisjointFrom(invalidated))).toEqual([]);
    expect(unrelated).not.toEqual([]);
  });

  it('it may be kept at all, which all of these may', async () => {
    const answers = await readAll(readingsOf(objects));
    for (const { name, cacheControl } of answers) {
      expect([name, cacheControl]).toEqual([name, expect.stringMatching(/^max-age=/)]);
    }
  });
});

describe('an answer that may be shown to everybody', () => {
  it.each(['CUSTOMER', 'MERCHANT', 'ADMIN'] as const)('is for a %s what it is for anybody', async (role) => {
    const viewer = viewerOf(role === 'CUSTOMER' ? objects.customer : objects.merchant, role);
    const readings = readingsOf(objects);
    const forAnybody = (await readAll(readings)).filter(({ cacheControl }) => cacheControl?.includes('public'));
    const forViewer = await readAll(readings.map((reading) => ({ ...reading, viewer })));
    expect(forAnybody.length).toBeGreaterThan(30);
    expect(forViewer).toEqual(expect.arrayContaining(forAnybody));
  });
});

describe('clients', () => {
  it('see nothing of the hints', async () => {
    const query = '{ __type(name: "CacheControlScope") { name } __schema { directives { name } } }';
    const { data } = await graph.ask({ query });
    expect(data.__type).toBeNull();
    expect(data.__schema.directives).not.toContainEqual({ name: 'cacheControl' });
  });
});

describe('the list of changes', () => {
  it('has every mutation but those of sessions, of which no answer that is kept tells', () => {
    const file = new URL('../../gateway/supergraph.graphql', import.meta.url);
    const mutation = parse(readFileSync(file, 'utf8')).definitions.find(
      (each) => each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value === 'Mutation',
    );
    const names = mutation?.kind === Kind.OBJECT_TYPE_DEFINITION ? mutation.fields?.map(({ name }) => name.value) : [];
    const ofSessions = ['logIn', 'refreshSession', 'logOut', 'logOutEverywhere'];
    expect(new Set([...changes.map((each) => each.mutation), ...ofSessions])).toEqual(new Set(names));
  });
});

async function readAll(readings: readonly Reading[]): Promise<(TaggedAnswer & { name: string })[]> {
  return Promise.all(
    readings.map(async (reading) => ({
      name: reading.name,
      ...(await askForTags(graph.subgraphUrl(reading.subgraph), reading)),
    })),
  );
}

/** What follows from a change has happened, and every database that is read knows. */
async function settled(): Promise<void> {
  await untilEventsAreHandled(graph.config);
  await graph.test.waitForReplicas();
}
