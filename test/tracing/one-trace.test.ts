import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { logInPeople, type People } from '../kit/people.ts';
import { line, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import type { ReceivedSpan } from './otlp-receiver.ts';
import { traceTree } from './trace-tree.ts';
import { newTrace, startTracedGraph, type TracedGraph } from './traced-graph.ts';

const SHOWN = 'query Shown($id: ID!) { product(id: $id) { title stock { available } } }';
const BUY = `mutation Buy($input: PlaceOrderInput!) {
  placeOrder(input: $input) { ... on PlaceOrderSuccess { order { items { product { title } } } } }
}`;

/** What a client's own tracing system wants to find again. */
const TRACESTATE = 'vendor=t61rcWkgMzE,other=1';

let traced: TracedGraph;
let people: People;
let product: ShopProduct;
beforeAll(async () => {
  traced = await startTracedGraph('one_trace');
  people = await logInPeople(traced.graph);
  product = await publishProduct(traced.graph, people.merchant);
}, 120_000);
afterAll(() => traced?.stop());

const isStatement = ({ attributes }: ReceivedSpan) => attributes['db.system.name'] === 'postgresql';
const lineOf = ({ service, name }: ReceivedSpan) => `${service}: ${name}`;

/** Asks within a trace of its own; each service sends its part by itself, and has when the last of it is there. */
async function spansOfAsking(
  request: Parameters<TracedGraph['graph']['ask']>[0],
  lastOfServices: readonly string[],
): Promise<ReceivedSpan[]> {
  const { traceId, traceparent } = newTrace();
  const { data, errors } = await traced.graph.ask({ ...request, traceparent, tracestate: TRACESTATE });
  expect({ data, errors }).toEqual({ data: expect.anything(), errors: [] });
  return traced.receiver.spansOf(traceId, (spans) => {
    const lines = new Set(spans.map(lineOf));
    return lastOfServices.every((line) => lines.has(line));
  });
}

it('a query is one trace, from the edge of the gateway to the statements of its subgraphs', async () => {
  const [unseen] = traced.graph.seeded.marketplace.products;
  const id = encodeId('product', unseen?.id ?? 0n);
  const spans = await spansOfAsking({ query: SHOWN, variables: { id } }, [
    'gateway: POST /graphql',
    'catalog: POST /graphql',
    'inventory: POST /graphql',
  ]);

  expect(traceTree(spans)).toEqual([
    'gateway: POST /graphql',
    '  gateway: query Shown',
    '    gateway: fetch catalog',
    '      catalog: POST /graphql',
    '        catalog: cache product',
    '          catalog: load productById',
    '            catalog: SELECT products',
    '    gateway: fetch inventory',
    '      inventory: POST /graphql',
    '        inventory: cache stock',
    '          inventory: load stockByProductId',
    '            inventory: SELECT stock',
    '    gateway: plan',
  ]);
  expect(new Set(spans.map(({ traceState }) => traceState))).toEqual(new Set([TRACESTATE]));
  const statement = spans.find(isStatement);
  expect(statement?.attributes).toMatchObject({
    'db.namespace': 'catalog',
    'tributary.db.role': expect.stringMatching(/^(primary|replica)$/),
    'db.query.text': expect.stringContaining('$1'),
    'db.response.returned_rows': 1,
  });
});

it('placing an order is one trace, to the last consumer of what follows from it', async () => {
  const input = { idempotencyKey: randomUUID(), lines: [line(product)], shippingCountry: 'DE' };
  const request = { query: BUY, variables: { input }, token: people.customer.token };
  const spans = await spansOfAsking(request, [
    'gateway: POST /graphql',
    'catalog: POST /graphql',
    'orders: POST /graphql',
    'orders: process OrderConfirmed',
    'notifications: process OrderPlaced',
    'notifications: process NotificationCreated',
  ]);

  // Whether the cache has the product depends on what was asked before, and any service may hear of what is no longer true.
  const varies = ({ name }: ReceivedSpan) => name === 'load productById' || name.endsWith(' CacheInvalidated');
  expect(traceTree(spans.filter((span) => !isStatement(span) && !varies(span)))).toEqual([
    'gateway: POST /graphql',
    '  gateway: mutation Buy',
    '    gateway: fetch catalog',
    '      catalog: POST /graphql',
    '        catalog: cache product',
    '    gateway: fetch orders',
    '      orders: POST /graphql',
    '        orders: load itemsOfOrder',
    '        orders: load order',
    '        orders: send OrderPlaced',
    '          inventory: process OrderPlaced',
    '            inventory: send StockReserved',
    '              orders: process StockReserved',
    '                orders: send OrderConfirmed',
    '                  notifications: process OrderConfirmed',
    '                    notifications: send NotificationCreated',
    '                      notifications: process NotificationCreated',
    '                  orders: process OrderConfirmed',
    '          notifications: process OrderPlaced',
    '    gateway: plan',
  ]);
  const statements = new Set(spans.filter(isStatement).map(lineOf));
  expect([...statements]).toEqual(
    expect.arrayContaining([
      'orders: INSERT outbox',
      'inventory: UPDATE stock',
      'inventory: INSERT inbox',
      'orders: UPDATE orders',
      'notifications: INSERT notifications',
    ]),
  );
});

it('no span has a value in the text of a statement, nor a token', async () => {
  await traced.graph.untilEventsAreHandled();
  const texts = traced.receiver.spans.map(({ attributes }) => JSON.stringify(attributes));
  const { email, token } = people.customer;

  expect(texts.length).toBeGreaterThan(100);
  expect(texts.filter((text) => text.includes(email) || text.includes(token))).toEqual([]);
  const queries = traced.receiver.spans.map(({ attributes }) => String(attributes['db.query.text'] ?? ''));
  expect(queries.filter((text) => text.includes('Walnut egg cup'))).toEqual([]);
});
