import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventEnvelope } from '@tributary/prisma/queue/event-envelope';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import type { Queue } from '@tributary/prisma/queue/queue';
import { untilEventsAreHandled } from '../kit/events-handled.ts';
import { logInPeople, type People } from '../kit/people.ts';
import { readTable } from '../kit/read-table.ts';
import { line, orderUntil, placeGoodOrder, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const EVENT_NAMES = [
  'OrderCancelled',
  'OrderConfirmed',
  'OrderPlaced',
  'OrderRejected',
  'ProductPublished',
  'ReviewIndexed',
  'ReviewWritten',
  'StockRejected',
  'StockReserved',
];

const WRITE_REVIEW = `mutation Write($input: WriteReviewInput!) { writeReview(input: $input) { __typename } }`;
const CANCEL = `mutation Cancel($id: ID!) { cancelOrder(id: $id) { __typename } }`;

let graph: TestGraph;
let people: People;
let queue: Queue;
/** Every event since the start, once. */
const published = new Map<bigint, EventEnvelope>();

beforeAll(async () => {
  graph = await startTestGraph({ name: 'redelivered_events' });
  queue = createPostgresQueue({
    databases: graph.databases,
    onError: (error) => console.error(error),
  });
  await queue.subscribe({
    queue: 'test',
    eventNames: EVENT_NAMES,
    concurrency: 1,
    handle: async (event) => {
      published.set(event.id, event);
    },
  });
  people = await logInPeople(graph);
}, 120_000);
afterAll(async () => {
  await queue?.close();
  await graph?.stop();
});

describe('events that are delivered a second time', () => {
  it('change nothing, in whatever order they come', async () => {
    await liveADay();
    await untilEventsAreHandled(graph.config);
    const events = [...published.values()];
    expect([...new Set(events.map(({ name }) => name))].sort()).toEqual(EVENT_NAMES);

    const before = await readState();
    for (const again of [events, events.toReversed()]) {
      await queue.publish(again);
      await untilEventsAreHandled(graph.config);
      expect(await readState()).toEqual(before);
    }
    expect(published.size).toBe(events.length);
  });
});

/** Brings about every kind of event. */
async function liveADay(): Promise<void> {
  const product = await publishProduct(graph, people.merchant, { initialStock: 5 });
  const [kept, given, tooMany] = await Promise.all([order(product, 2), order(product, 3), order(product, 1_000)]);
  await orderUntil(graph, people.customer, kept, 'CONFIRMED');
  await orderUntil(graph, people.customer, tooMany, 'REJECTED');
  await orderUntil(graph, people.customer, given, 'CONFIRMED');
  const { token } = people.customer;
  await graph.ask({ query: CANCEL, variables: { id: given }, token });
  const input = { productId: product.id, rating: 4, title: 'Good', body: 'Good enough.' };
  await graph.ask({ query: WRITE_REVIEW, variables: { input }, token });
}

async function order(product: ShopProduct, quantity: number): Promise<string> {
  return (await placeGoodOrder(graph, people.customer, [line(product, quantity)])).id;
}

/** All rows that events write. */
async function readState() {
  const { catalog, shards } = graph.config;
  const tables = [
    ...['stock', 'stock_reservations', 'product_ratings', 'review_index'].map(
      (table) => [catalog.primary, table] as const,
    ),
    ...Object.values(shards).flatMap(({ primary }) =>
      ['orders', 'notifications'].map((table) => [primary, table] as const),
    ),
  ];
  return Promise.all(
    tables.map(async ([url, table]) => {
      const rows = await readTable(url, table);
      // As text, because jest compares sets of objects each with each.
      return { table, rows: rows.map((row) => inspect(row)).sort() };
    }),
  );
}
