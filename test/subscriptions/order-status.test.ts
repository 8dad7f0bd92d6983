import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openViewerEvents } from '@tributary/runtime/viewer-events/open-viewer-events';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { type GatewayProcess, startGatewayProcess } from '../gateway/gateway-process.ts';
import { eventually } from '../kit/eventually.ts';
import { logInPeople, type People, type Person } from '../kit/people.ts';
import { line, placeGoodOrder, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { testSigningKey } from '../kit/subgraph-client.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { createTestLogger } from '../kit/test-logger.ts';
import { type ResumingClient, subscribe } from './resuming-client.ts';

const ORDERS = `subscription Orders($orderId: ID) {
  orderStatusChanged(orderId: $orderId) { id status items { quantity product { title } } }
}`;
const NOTIFICATIONS = 'subscription { notificationReceived { kind readAt subject { ... on Order { id status } } } }';
const SUBGRAPHS = ['accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'];

let redis: TestRedis;
let graph: TestGraph;
let people: People;
let product: ShopProduct;
let viewerEvents: Awaited<ReturnType<typeof openViewerEvents>>;
const gateways: GatewayProcess[] = [];
const clients: ResumingClient[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
  viewerEvents = await openViewerEvents(redis.url, createTestLogger({ service: 'viewer_events', level: 'fatal' }));
  graph = await startTestGraph({ name: 'order_status', viewerEvents });
  people = await logInPeople(graph);
  product = await publishProduct(graph, people.merchant, { title: 'Walnut egg cup', initialStock: 1_000 });
  gateways.push(...(await Promise.all([startGateway(), startGateway()])));
}, 120_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await Promise.all(gateways.map((gateway) => gateway.kill()));
  await graph?.stop();
  await viewerEvents?.close();
  await redis?.close();
});

function startGateway(): Promise<GatewayProcess> {
  const subgraphUrls = SUBGRAPHS.map((name) => [
    `SUBGRAPH_URL_${name.toUpperCase()}`,
    `${graph.subgraphUrl(name)}/graphql`,
  ]);
  return startGatewayProcess(['--port', '0'], {
    ...Object.fromEntries(subgraphUrls),
    TRIBUTARY_GATEWAY_KEYS: testSigningKey,
    TRIBUTARY_JWT_PUBLIC_KEY_FILE: graph.tokens.publicKeyFile,
    TRIBUTARY_JWT_ISSUER: graph.tokens.issuer,
    TRIBUTARY_JWT_AUDIENCE: graph.tokens.audience,
    TRIBUTARY_EVENTS_URL: redis.url,
  });
}

async function listen(
  { token }: Person,
  { query = ORDERS, variables = {}, url = () => gateways[1]?.url ?? '' } = {},
): Promise<ResumingClient> {
  const client = subscribe({ url, token, query, variables });
  clients.push(client);
  await eventually(
    async () => client.connections(),
    (count) => count === 1,
  );
  return client;
}

const place = (buyer: Person, quantity = 1) => placeGoodOrder(graph, buyer, [line(product, quantity)]);
const confirmed = (id: string, quantity = 1) => ({
  data: {
    orderStatusChanged: { id, status: 'CONFIRMED', items: [{ quantity, product: { title: 'Walnut egg cup' } }] },
  },
});
const untilHeard = (client: ResumingClient, count: number) =>
  eventually(
    async () => client.results,
    ({ length }) => length >= count,
  );

describe('a buyer who is connected', () => {
  it('sees an order confirmed, with what all subgraphs know of it, and is notified; nobody else hears of it', async () => {
    const mine = await listen(people.customer);
    const notifications = await listen(people.customer, { query: NOTIFICATIONS });
    const others = await Promise.all([people.stranger, people.admin, people.merchant].map((person) => listen(person)));
    const { id } = await place(people.customer, 2);
    expect(await untilHeard(mine, 1)).toEqual([confirmed(id, 2)]);
    expect(await untilHeard(notifications, 1)).toEqual([
      {
        data: { notificationReceived: { kind: 'ORDER_CONFIRMED', readAt: null, subject: { id, status: 'CONFIRMED' } } },
      },
    ]);
    // Whoever hears of a later event has heard of all before it.
    const { id: theirs } = await place(people.stranger);
    expect(await untilHeard(others[0] as ResumingClient, 1)).toEqual([confirmed(theirs)]);
    expect(others.slice(1).map(({ results }) => results)).toEqual([[], []]);
    expect(mine.results).toHaveLength(1);
  });

  it("hears of one order alone, and of nothing when the order is somebody else's", async () => {
    const first = await place(people.customer);
    const spying = await listen(people.stranger, { variables: { orderId: first.id } });
    const ofFirst = await listen(people.customer, { variables: { orderId: first.id } });
    const ofAll = await listen(people.customer);
    const second = await place(people.customer);
    await eventually(
      async () => ofAll.results,
      (results) => results.some(({ data }) => data.orderStatusChanged.id === second.id),
    );
    await graph.ask({
      query: 'mutation ($id: ID!) { cancelOrder(id: $id) { __typename } }',
      variables: { id: first.id },
      token: people.customer.token,
    });
    await eventually(
      async () => ofFirst.results,
      (results) => results.some(({ data }) => data.orderStatusChanged.status === 'CANCELLED'),
    );
    expect(ofFirst.results.every(({ data }) => data.orderStatusChanged.id === first.id)).toBe(true);
    expect(spying.results).toEqual([]);
  });

  it('hears of every order once, in their order, whichever gateway is killed meanwhile', async () => {
    let connectedTo = 0;
    const client = await listen(people.customer, { url: () => gateways[connectedTo]?.url ?? '' });
    const placed: string[] = [];
    const placeSome = async () => {
      for (let count = 0; count < 3; count++) placed.push((await place(people.customer)).id);
    };
    await placeSome();
    await untilHeard(client, 1);
    connectedTo = 1;
    const [killed] = gateways;
    await Promise.all([killed?.kill(), placeSome()]);
    await placeSome();
    await untilHeard(client, 9);
    expect(client.connections()).toBe(2);
    expect(client.results.map(({ data }) => data.orderStatusChanged.id).toSorted()).toEqual(placed.toSorted());
    expect(client.results.every(({ data }) => data.orderStatusChanged.status === 'CONFIRMED')).toBe(true);
  });

  it('is told to connect elsewhere when a gateway stops, and misses nothing', async () => {
    const stopping = await startGateway();
    let url = stopping.url;
    const client = await listen(people.customer, { url: () => url });
    url = gateways[1]?.url ?? '';
    const [exitCode, { id }] = await Promise.all([stopping.stop(), place(people.customer)]);
    expect(exitCode).toBe(0);
    expect(await untilHeard(client, 1)).toEqual([confirmed(id)]);
  });

  it('hears of what happened while Redis was away, once it is back', async () => {
    const client = await listen(people.customer);
    const { id: before } = await place(people.customer);
    await untilHeard(client, 1);
    await redis.pause();
    const { id: meanwhile } = await place(people.customer);
    redis.resume();
    await untilHeard(client, 2);
    expect(client.results).toEqual([confirmed(before), confirmed(meanwhile)]);
  });
});
