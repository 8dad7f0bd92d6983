import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { logInPeople, type People, type Person } from '../kit/people.ts';
import { line, orderUntil, placeGoodOrder, publishProduct } from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

/** What the customer and the merchant did, whose traces the others look for. */
interface Traces {
  readonly customer: string;
  readonly merchant: string;
  readonly product: string;
  readonly order: string;
  readonly review: string;
  readonly orderNotification: string;
  readonly reviewNotification: string;
}

let graph: TestGraph;
let people: People;
let traces: Traces;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'privacy' });
  people = await logInPeople(graph);
  traces = await leaveTraces();
}, 120_000);
afterAll(() => graph?.stop());

type Owner = 'customer' | 'merchant';
type Path = readonly (string | number)[];

describe('a private field, for all but its owner and administrators, is null with an error at its path:', () => {
  const privateFields: [field: string, owner: Owner, query: () => string, path: Path][] = [
    ["a user's e-mail address", 'customer', () => user('email'), ['user', 'email']],
    ['that of a node', 'customer', () => node(traces.customer, '... on User { email }'), ['node', 'email']],
    ['that of the author of a review', 'customer', () => review('author { email }'), ['review', 'author', 'email']],
    [
      "that of the author in a product's list",
      'customer',
      () => product('reviews { nodes { author { email } } }'),
      ['product', 'reviews', 'nodes', 0, 'author', 'email'],
    ],
    ['that of a merchant', 'merchant', () => product('merchant { email }'), ['product', 'merchant', 'email']],
    ["a user's orders", 'customer', () => user('orders { nodes { id } }'), ['user', 'orders']],
    [
      'those of the author of a review',
      'customer',
      () => review('author { orders { nodes { id } } }'),
      ['review', 'author', 'orders'],
    ],
    [
      'those of a node',
      'customer',
      () => node(traces.customer, '... on User { orders { nodes { id } } }'),
      ['node', 'orders'],
    ],
    ["a user's notifications", 'customer', () => user('notifications { nodes { id } }'), ['user', 'notifications']],
    [
      'those of a merchant',
      'merchant',
      () => product('merchant { notifications { nodes { id } } }'),
      ['product', 'merchant', 'notifications'],
    ],
    [
      'the count of those unread',
      'customer',
      () => user('unreadNotificationCount'),
      ['user', 'unreadNotificationCount'],
    ],
  ];

  it.each(privateFields)('%s', async (_field, owner, query, path) => {
    for (const viewer of [people[owner], people.admin]) {
      const seen = await ask(query(), viewer);
      expect(seen.errors).toEqual([]);
      expect(at(seen.data, path)).not.toBeNull();
    }
    const others = [people.stranger, people.otherMerchant, people[owner === 'customer' ? 'merchant' : 'customer']];
    for (const viewer of others) {
      const refused = await ask(query(), viewer);
      expect(refused.errors).toMatchObject([{ path, extensions: { code: 'FORBIDDEN' } }]);
      expect(at(refused.data, path)).toBeNull();
    }
    const anonymous = await ask(query(), undefined);
    const everyItem = path.map((step) => (typeof step === 'number' ? '@' : step));
    expect(anonymous.errors).toMatchObject([{ path: everyItem, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]);
    expect(at(anonymous.data, path)).toBeNull();
  });

  it('the units that orders hold', async () => {
    const path = ['product', 'stock', 'reserved'];
    const reserved = (viewer?: Person) => ask(product('stock { reserved }'), viewer);
    for (const viewer of [people.merchant, people.admin]) {
      expect((await reserved(viewer)).data.product.stock.reserved).toEqual(expect.any(Number));
    }
    for (const [code, viewer] of [
      ['FORBIDDEN', people.otherMerchant],
      ['UNAUTHORIZED_FIELD_OR_TYPE', people.customer],
      ['UNAUTHORIZED_FIELD_OR_TYPE', undefined],
    ] as const) {
      const { data, errors } = await reserved(viewer);
      expect(errors).toMatchObject([{ path, extensions: { code } }]);
      expect(at(data, path)).toBeNull();
    }
  });
});

describe("somebody else's object looks exactly like one that does not exist:", () => {
  const UNKNOWN_ORDER = 'ord_0000000000001';
  const UNKNOWN_NOTIFICATION = 'ntf_0000000000001';

  it.each<[object: string, owner: Owner, query: (id: string) => string, own: () => string, unknown: string]>([
    ['an order', 'customer', (id) => `{ order(id: "${id}") { id status } }`, () => traces.order, UNKNOWN_ORDER],
    [
      'an order by node',
      'customer',
      (id) => node(id, '... on Order { status items { quantity } }'),
      () => traces.order,
      UNKNOWN_ORDER,
    ],
    [
      'a notification by node',
      'customer',
      (id) => node(id, '... on Notification { kind }'),
      () => traces.orderNotification,
      UNKNOWN_NOTIFICATION,
    ],
    [
      "a merchant's notification by node",
      'merchant',
      (id) => node(id, '... on Notification { kind subject { __typename } }'),
      () => traces.reviewNotification,
      UNKNOWN_NOTIFICATION,
    ],
  ])('%s', async (_object, owner, query, own, unknown) => {
    for (const viewer of [people[owner], people.admin]) {
      const seen = await ask(query(own()), viewer);
      expect(seen.errors).toEqual([]);
      expect(Object.values(seen.data)).not.toContain(null);
    }
    const others = [people.stranger, people[owner === 'customer' ? 'merchant' : 'customer'], undefined];
    for (const viewer of others) {
      const refused = await ask(query(own()), viewer);
      if (viewer) expect(refused.errors).toEqual([]);
      expect(Object.values(refused.data)).toEqual([null]);
      const { status, data, errors } = await ask(query(unknown), viewer);
      expect({ status: refused.status, data: refused.data, errors: refused.errors }).toEqual({ status, data, errors });
    }
  });
});

describe('an id that nothing has', () => {
  const inCatalog = composeId({ timeMs: ID_EPOCH_MS + 1, logicalShard: CATALOG_LOGICAL_SHARD, sequence: 1 });

  it.each([
    ['User', 'usr_0000000000001', 'displayName'],
    ['Product', encodeId('product', inCatalog), 'title'],
    ['Category', encodeId('category', inCatalog), 'name'],
    ['Order', 'ord_0000000000001', 'status'],
    ['Review', 'rev_0000000000001', 'rating'],
    ['Notification', 'ntf_0000000000001', 'kind'],
  ])('is null and no error: of a %s', async (type, id, field) => {
    for (const viewer of [people.customer, people.admin]) {
      expect(await ask(node(id, `... on ${type} { id ${field} }`), viewer)).toMatchObject({
        data: { node: null },
        errors: [],
      });
    }
  });

  it.each(['ord', 'ntf'])('is answered by its form alone, as one that somebody has: %s', async (prefix) => {
    const somebodys = prefix === 'ord' ? traces.order : traces.orderNotification;
    const answers = [somebodys, `${prefix}_0000000000001`].map(async (id) => {
      const { data, errors } = await ask(node(id, '__typename id'), people.stranger);
      return [data.node.__typename, data.node.id === id, errors];
    });
    const [existing, unknown] = await Promise.all(answers);
    expect(unknown).toEqual(existing);
  });
});

describe('what is not for everybody', () => {
  it.each<[string, () => Person | undefined]>([
    ['anonymous', () => undefined],
    ['a customer', () => people.customer],
    ['a merchant', () => people.merchant],
  ])('the list of users is refused to %s', async (_who, viewer) => {
    const { data, errors } = await ask('{ users(first: 1) { nodes { email } } }', viewer());
    expect(errors).toMatchObject([{ path: ['users'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]);
    expect(data).toEqual({ users: null });
  });

  it('the list of users is shown to an administrator', async () => {
    const { data, errors } = await ask('{ users(first: 1) { nodes { email } } }', people.admin);
    expect(errors).toEqual([]);
    expect(data.users.nodes[0].email).toContain('@');
  });

  it.each(['{ _entities(representations: []) { __typename } }', '{ _service { sdl } }'])(
    'the federation field in %s is for the gateway alone, not for its callers',
    async (query) => {
      const { data, errors } = await ask(query, people.admin);
      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    },
  );

  it('an anonymous caller is nobody', async () => {
    expect(await ask('{ me { id } }', undefined)).toMatchObject({ data: { me: null }, errors: [] });
  });
});

async function leaveTraces(): Promise<Traces> {
  const product = await publishProduct(graph, people.merchant);
  const { id: order } = await placeGoodOrder(graph, people.customer, [line(product)]);
  await orderUntil(graph, people.customer, order, 'CONFIRMED');
  const input = { productId: product.id, rating: 5, title: 'Good', body: 'Very good.' };
  const WRITE = `mutation Write($input: WriteReviewInput!) {
    writeReview(input: $input) { ... on WriteReviewSuccess { review { id } } }
  }`;
  const { data } = await graph.ask({ query: WRITE, variables: { input }, token: people.customer.token });
  await graph.untilEventsAreHandled();
  await graph.test.waitForReplicas();
  return {
    customer: people.customer.id,
    merchant: people.merchant.id,
    product: product.id,
    order,
    review: data.writeReview.review.id,
    orderNotification: await newestNotification(people.customer),
    reviewNotification: await newestNotification(people.merchant),
  };
}

async function newestNotification(of: Person): Promise<string> {
  return (await ask('{ me { notifications(first: 1) { nodes { id } } } }', of)).data.me.notifications.nodes[0].id;
}

const ask = (query: string, viewer: Person | undefined) => graph.ask({ query, ...(viewer && { token: viewer.token }) });
const user = (selection: string) => `{ user(id: "${traces.customer}") { id ${selection} } }`;
const node = (id: string, selection: string) => `{ node(id: "${id}") { id ${selection} } }`;
const review = (selection: string) => `{ review(id: "${traces.review}") { id ${selection} } }`;
const product = (selection: string) => `{ product(id: "${traces.product}") { id ${selection} } }`;

/** The value at a path of an answer. */
function at(data: unknown, path: Path): unknown {
  return path.reduce((value: unknown, key) => Reflect.get(Object(value), key), data);
}
