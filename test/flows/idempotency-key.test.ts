import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { logInPeople, type People, type Person } from '../kit/people.ts';
import { line, productInput, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { type GraphAnswer, startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const ORDER_FIELDS = '__typename ... on PlaceOrderSuccess { order { id } }';
const PLACE = `mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) { ${ORDER_FIELDS} } }`;
const PUBLISH = `mutation Publish($input: PublishProductInput!) { publishProduct(input: $input) { product { id } } }`;
const ADJUST = `mutation Adjust($input: AdjustStockInput!) { adjustStock(input: $input) { __typename } }`;
const WRITE = `mutation Write($input: WriteReviewInput!) {
  writeReview(input: $input) { __typename ... on WriteReviewSuccess { review { id } } }
}`;
const REGISTER = `mutation Register($input: RegisterInput!) {
  register(input: $input) { __typename ... on SessionOpened { viewer { id } } }
}`;

let graph: TestGraph;
let people: People;
let product: ShopProduct;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'idempotency_key' });
  people = await logInPeople(graph);
  product = await publishProduct(graph, people.merchant, { initialStock: 1_000 });
}, 120_000);
afterAll(() => graph?.stop());

const order = (quantity = 1) => ({ lines: [line(product, quantity)], shippingCountry: 'DE' });

interface Sent {
  key?: string;
  input?: object;
  by?: Person;
  query?: string;
}

function send({ key, input = order(), by = people.customer, query = PLACE }: Sent): Promise<GraphAnswer> {
  const header = key === undefined ? {} : { idempotencyKey: key };
  return graph.ask({ query, variables: { input }, token: by.token, ...header });
}

const codesOf = ({ errors }: GraphAnswer) => errors.map(({ extensions }) => extensions.code);

describe('the header Idempotency-Key', () => {
  it('has a request answered as the first time, with and without the quotes of its draft, in any case', async () => {
    const key = randomUUID();
    const answers = [await send({ key }), await send({ key: `"${key}"` }), await send({ key: key.toUpperCase() })];
    const [first] = answers;
    expect(first?.data.placeOrder.__typename).toBe('PlaceOrderSuccess');
    for (const { data } of answers) expect(data).toEqual(first?.data);
  });

  it('is the same key as that of the input, wherever it comes', async () => {
    const key = randomUUID();
    const first = await send({ key });
    const inInput = await send({ input: { ...order(), idempotencyKey: key.toUpperCase() } });
    const inBoth = await send({ key, input: { ...order(), idempotencyKey: key } });
    expect([inInput.data, inBoth.data]).toEqual([first.data, first.data]);
  });

  it('is refused when the input has another key, when another request had it, and when it is no UUID', async () => {
    const key = randomUUID();
    const two = await send({ key, input: { ...order(), idempotencyKey: randomUUID() } });
    expect(codesOf(two)).toEqual(['IDEMPOTENCY_KEY_INVALID']);
    await send({ key });
    expect(codesOf(await send({ key, input: order(2) }))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
    for (const text of ['', 'order-1', `${key}, ${randomUUID()}`, `"${key}`]) {
      const refused = await send({ key: text });
      expect([refused.status, ...codesOf(refused)]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
    }
  });

  it('counts for every mutation of an operation: one that comes twice with another input is refused', async () => {
    const query = `mutation Twice($one: PlaceOrderInput!, $two: PlaceOrderInput!) {
      one: placeOrder(input: $one) { ${ORDER_FIELDS} }
      two: placeOrder(input: $two) { ${ORDER_FIELDS} }
    }`;
    const [token, idempotencyKey] = [people.customer.token, randomUUID()];
    const same = await graph.ask({ query, variables: { one: order(), two: order() }, token, idempotencyKey });
    expect(same.data.two).toEqual(same.data.one);
    const other = { query, variables: { one: order(), two: order(2) }, token };
    const refused = await graph.ask({ ...other, idempotencyKey: randomUUID() });
    expect(refused.errors[0]).toMatchObject({ path: ['two'], extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('is needed where the input has no key', async () => {
    expect(codesOf(await send({}))).toEqual(['IDEMPOTENCY_KEY_REQUIRED']);
  });

  it('has every mutation that creates something create it once', async () => {
    const { idempotencyKey: _, ...newProduct } = productInput(graph);
    const review = { productId: product.id, rating: 5, title: 'Good', body: 'Good enough.' };
    const account = { email: 'twice@people.example', password: 'correct horse', displayName: 'Ada' };
    const mutations: Sent[] = [
      { query: PUBLISH, input: newProduct, by: people.merchant },
      { query: ADJUST, input: { productId: product.id, delta: 1 }, by: people.merchant },
      { query: WRITE, input: review },
      { query: REGISTER, input: account },
    ];
    for (const mutation of mutations) {
      const key = randomUUID();
      const [first, second] = [await send({ ...mutation, key }), await send({ ...mutation, key })];
      expect(first.errors).toEqual([]);
      expect(second.data).toEqual(first.data);
    }
  });

  it('says nothing of queries', async () => {
    const query = '{ me { id } }';
    const { data } = await graph.ask({ query, token: people.customer.token, idempotencyKey: randomUUID() });
    expect(data.me.id).toBe(people.customer.id);
  });
});
