import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { logInPeople, type Person } from '../kit/people.ts';
import { line, orderUntil, placeGoodOrder, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { RABBITMQ_START_LIMIT_MS, startTestRabbitMq, type TestRabbitMq } from '../queue/rabbitmq-server.ts';
import { describePlacingOrders } from './placing-orders.ts';

/** A broker takes some seconds to start, and more where much else runs. */
const OUTAGE_LIMIT_MS = 120_000;
/** Orders whose times are compared. */
const ORDERS = 20;

let broker: TestRabbitMq;
let graph: TestGraph;
let customer: Person;
let product: ShopProduct;

async function start(): Promise<TestGraph> {
  broker = await startTestRabbitMq();
  graph = await startTestGraph({
    name: 'place_order_rabbitmq',
    events: { brokerUrl: broker.url },
    // That the broker is away is no news here.
    logger: createTestLogger({ service: 'place_order_rabbitmq', level: 'fatal' }),
  });
  return graph;
}

describePlacingOrders(start);

describe('placing an order while RabbitMQ', () => {
  beforeAll(async () => {
    const people = await logInPeople(graph);
    customer = people.customer;
    product = await publishProduct(graph, people.merchant, { initialStock: 1_000 });
  }, RABBITMQ_START_LIMIT_MS);
  afterAll(() => broker?.close(), OUTAGE_LIMIT_MS);

  it.each([
    ['is stopped', { begin: () => broker.kill(), end: () => broker.start() }],
    ['hangs', { begin: async () => broker.pause(), end: async () => broker.resume() }],
  ])(
    '%s is answered as fast as otherwise, before any consumer could run, and the order is settled afterwards',
    async (_how, outage) => {
      const usualMs = await medianMs();
      await graph.untilEventsAreHandled();
      await outage.begin();
      const placed: string[] = [];
      try {
        const duringOutageMs = await medianMs((id) => placed.push(id));
        // Whoever waits for a broker that is away waits for a second at least.
        expect(duringOutageMs).toBeLessThan(2 * usualMs + 100);
        const statuses = await Promise.all(placed.map((id) => orderUntil(graph, customer, id, 'PENDING')));
        expect(statuses).toHaveLength(ORDERS);
      } finally {
        await outage.end();
      }
      await graph.untilEventsAreHandled();
      for (const id of placed) await orderUntil(graph, customer, id, 'CONFIRMED');
    },
    OUTAGE_LIMIT_MS,
  );
});

/** The median of how long it takes to place an order, one after the other. */
async function medianMs(onPlaced: (id: string) => void = () => undefined): Promise<number> {
  const times: number[] = [];
  for (let order = 0; order < ORDERS; order++) {
    const startedAtMs = performance.now();
    const { id, status } = await placeGoodOrder(graph, customer, [line(product)]);
    times.push(performance.now() - startedAtMs);
    expect(status).toBe('PENDING');
    onPlaced(id);
  }
  return times.toSorted((left, right) => left - right)[ORDERS / 2] ?? 0;
}
