import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventEnvelope } from '@tributary/prisma/queue/event-envelope';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import type { Queue } from '@tributary/prisma/queue/queue';
import { type EventContracts, readEventContracts } from '../events/event-contracts.ts';
import { logInPeople, type People } from '../kit/people.ts';
import { readTable } from '../kit/read-table.ts';
import { line, orderUntil, placeGoodOrder, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const WRITE_REVIEW = `mutation Write($input: WriteReviewInput!) { writeReview(input: $input) { __typename } }`;
const CANCEL = `mutation Cancel($id: ID!) { cancelOrder(id: $id) { __typename } }`;

/** The queue of the events that are about caches. */
const CACHES = 'cache-invalidation';

let graph: TestGraph;
let people: People;
let queue: Queue;
let contracts: EventContracts;
/** Every event since the start, once. */
const published = new Map<bigint, EventEnvelope>();

beforeAll(async () => {
  graph = await startTestGraph({ name: 'redelivered_events', events: 'embedded' });
  queue = createPostgresQueue({
    databases: graph.databases,
    onError: (error) => console.error(error),
  });
  contracts = await readEventContracts();
  await queue.subscribe({
    queue: 'test',
    eventNames: publishedHere().map(({ name }) => name),
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
    await graph.untilEventsAreHandled();
    const events = [...published.values()];
    expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(kindsOfADay()));

    const before = await readState();
    for (const again of [events, events.toReversed()]) {
      await queue.publish(again);
      await graph.untilEventsAreHandled();
      expect(await readState()).toEqual(before);
    }
    expect(published.size).toBe(events.length);
  });
});

describe('the contracts of events', () => {
  it('are what is really subscribed to', async () => {
    const bindings = await readTable(graph.config.catalog.primary, 'queue_bindings');
    const subscribed = bindings.filter((each) => each['queue'] !== 'test');
    const declared = contracts.consumers.flatMap(({ contract: { queue, events } }) =>
      queue === CACHES ? [] : Object.keys(events).map((name) => ({ queue, event_name: name })),
    );
    expect(new Set(subscribed.map((each) => inspect(each)))).toEqual(new Set(declared.map((each) => inspect(each))));
  });

  it('hold for what is really published', () => {
    for (const event of published.values()) {
      const definition = publishedHere().find(({ name }) => name === event.name);
      expect(definition?.schema.safeParse(event.payload)).toMatchObject({ success: true, data: event.payload });
      expect(event.version).toBe(definition?.version);
    }
  });
});

/** There is no cache here, so there is nothing to invalidate. */
function publishedHere() {
  const byCaches = contracts.consumers.find(({ contract }) => contract.queue === CACHES);
  return contracts.published
    .map(({ contract }) => contract)
    .filter(({ name }) => byCaches === undefined || !Object.hasOwn(byCaches.contract.events, name));
}

/** What an ordinary day brings about; what is only written down is not among it, nor what happens when nobody handles events. */
function kindsOfADay(): string[] {
  const actedOn = contracts.consumers.filter(({ contract }) => contract.queue !== 'audit');
  const names = new Set(actedOn.flatMap(({ contract }) => Object.keys(contract.events)));
  return publishedHere()
    .map(({ name }) => name)
    .filter((name) => names.has(name) && name !== 'OrderExpired');
}

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
    ...['stock', 'stock_reservations', 'product_ratings', 'review_index', 'audit_log'].map(
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
