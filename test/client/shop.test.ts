import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Gateway } from '@tributary/gateway/gateway';
import { createMemoryViewerEvents } from '@tributary/runtime/testing/memory-viewer-events';
import { filter, firstValueFrom } from 'rxjs';
import { logInPeople, type People } from '../kit/people.ts';
import { line, publishProduct, type ShopProduct } from '../kit/storefront.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';
import { type OrderStatus, ProductListDocument } from './generated/graphql.ts';
import { type Basket, logIn, placeOrder, watchOrder } from './shop.ts';
import { createShopClient, type ShopClient } from './shop-client.ts';

const manifest = fileURLToPath(new URL('generated/operations.json', import.meta.url));

let graph: TestGraph;
let gateway: Gateway;
let safelisting: Gateway;
let people: People;
let product: ShopProduct;

beforeAll(async () => {
  const viewerEvents = createMemoryViewerEvents();
  graph = await startTestGraph({ name: 'shop_client', viewerEvents });
  [gateway, safelisting] = await Promise.all([
    graph.startGateway({ viewerEvents }),
    graph.startGateway({
      isDevelopment: false,
      viewerEvents,
      persistedOperations: { mode: 'safelist-by-id-only', file: manifest, ttlMs: 60_000 },
    }),
  ]);
  people = await logInPeople(graph);
  product = await publishProduct(graph, people.merchant, { initialStock: 100 });
}, 120_000);
afterAll(() => graph?.stop());

describe('a front end with Apollo Client', () => {
  it('shows pages of a list as one list', async () => {
    const { client, requests } = startClient(gateway);
    const shown = client.graph.watchQuery({ query: ProductListDocument, variables: { first: 3 } });
    const showing = shown.subscribe({});
    const { data } = await firstValueFrom(shown.pipe(filter((result) => result.dataState === 'complete')));
    await shown.fetchMore({ variables: { after: data.products.pageInfo.endCursor } });
    const kept = client.graph.readQuery({ query: ProductListDocument, variables: { first: 3 } });
    showing.unsubscribe();

    const ids = kept?.products.edges.map(({ node }) => node.id) ?? [];
    expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
    expect(requests.map(({ method, hasText }) => [method, hasText])).toEqual([
      ['GET', false],
      ['POST', true],
      ['GET', false],
    ]);
  });

  it('asks a second time by the hash alone, and from its cache not at all', async () => {
    const { client, requests } = startClient(gateway);
    const ask = () => client.graph.query({ query: ProductListDocument, variables: { first: 4 } });
    await ask();
    await ask();
    expect(requests.at(-1)).toMatchObject({ method: 'GET', hasText: false });
    expect(requests.filter(({ hasText }) => !hasText)).toHaveLength(1);
  });

  it('is told that nobody has such a password by the answer, not by an error', async () => {
    const { client } = startClient(gateway);
    expect(await logIn(client, { email: people.customer.email, password: 'not this one' })).toBeUndefined();
  });

  it('logs in, places an order once though its answer is lost, and watches it until it is confirmed', async () => {
    const { client, requests, loseNextAnswer } = startClient(gateway);
    await logInAsCustomer(client);
    loseNextAnswer();
    const outcome = await placeOrder(client, basket());
    if (outcome.__typename !== 'PlaceOrderSuccess') throw new Error(outcome.message);
    expect(outcome.order.total).toMatchObject({ minorUnits: product.price.minorUnits * 2 });
    const ordering = requests.filter(({ idempotencyKey }) => idempotencyKey !== undefined);
    expect(ordering.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ordering.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);

    expect(await statusesUntil(client, outcome.order.id, 'CONFIRMED')).toContain('CONFIRMED');
    const { data } = await graph.ask({
      query: '{ me { orders(first: 100) { nodes { items { product { id } } } } } }',
      token: people.customer.token,
    });
    const orders = data.me.orders.nodes.filter(
      ({ items }: { items: { product: { id: string } }[] }) => items[0]?.product.id === product.id,
    );
    expect(orders).toHaveLength(1);
  });

  it('is told by type why an order is refused', async () => {
    const { client } = startClient(gateway);
    await logInAsCustomer(client);
    const lines = [{ ...line(product, 1), expectedUnitPrice: { minorUnits: 1, currency: 'EUR' } }];
    expect(await placeOrder(client, { ...basket(), lines })).toMatchObject({
      __typename: 'PriceChanged',
      changes: [{ actual: product.price }],
    });
  });

  it('does all of it at a gateway that executes nothing but its manifest, and never sends a text', async () => {
    const { client, requests } = startClient(safelisting);
    await logInAsCustomer(client);
    const outcome = await placeOrder(client, basket());
    if (outcome.__typename !== 'PlaceOrderSuccess') throw new Error(outcome.message);
    await statusesUntil(client, outcome.order.id, 'CONFIRMED');
    expect(requests.filter(({ hasText }) => hasText)).toEqual([]);
  });
});

interface SentRequest {
  readonly method: string;
  /** Whether the text of the operation was sent, not only its hash. */
  readonly hasText: boolean;
  readonly idempotencyKey: string | undefined;
}

/** A client whose requests are seen, and whose network can lose an answer. */
function startClient({ url }: Gateway) {
  const requests: SentRequest[] = [];
  let isLosing = false;
  const client = createShopClient({
    url: `${url}/graphql`,
    async fetch(input, init) {
      const { searchParams } = new URL(String(input));
      requests.push({
        method: init?.method ?? 'GET',
        hasText: searchParams.has('query') || JSON.parse(String(init?.body ?? '{}')).query !== undefined,
        idempotencyKey: new Headers(init?.headers).get('idempotency-key') ?? undefined,
      });
      const response = await fetch(input, init);
      if (!isLosing) return response;
      isLosing = false;
      await response.body?.cancel();
      throw new TypeError('the connection was lost');
    },
  });
  const loseNextAnswer = () => {
    isLosing = true;
  };
  return { client, requests, loseNextAnswer };
}

function logInAsCustomer(client: ShopClient) {
  return logIn(client, { email: people.customer.email, password: graph.seeded.password });
}

function basket(): Basket {
  return { idempotencyKey: randomUUID(), lines: [line(product, 2)], shippingCountry: 'PT' };
}

function statusesUntil(client: ShopClient, orderId: string, last: OrderStatus): Promise<OrderStatus[]> {
  const statuses: OrderStatus[] = [];
  return new Promise((resolve, reject) => {
    const watching = watchOrder(client, orderId).subscribe({
      next(status) {
        statuses.push(status);
        if (status !== last) return;
        resolve(statuses);
        queueMicrotask(() => watching.unsubscribe());
      },
      error: reject,
    });
  });
}
