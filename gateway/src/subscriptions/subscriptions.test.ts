import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createMemoryViewerEvents, type MemoryViewerEvents } from '@tributary/runtime/testing/memory-viewer-events';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';
import { openStream, type StreamAsked, type StreamClient } from '../testing/stream-client.ts';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';
import { defaultSubscriptionLimits } from './subscription-limits.ts';

const head = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@requiresScopes"])`;
const schemas = {
  products: `${head}
    @link(url: "https://tributary.example/specs/viewerEvents/v0.1", import: ["@onEvent"])
    @composeDirective(name: "@onEvent")
    directive @onEvent(name: String!, query: String!) on FIELD_DEFINITION
    type Query { product(id: ID!): Product }
    type Mutation { rename(name: String!): Product }
    type Subscription {
      productChanged(productId: ID): Product! @onEvent(name: "ProductChanged", query: "product")
      secretChanged: Product @onEvent(name: "ProductChanged", query: "product") @requiresScopes(scopes: [["secrets"]])
      nothingChanged: Product
    }
    type Product @key(fields: "id") { id: ID! name(length: Int): String secret: String @requiresScopes(scopes: [["secrets"]]) }`,
  reviews: `${head}
    type Query { bestReview: Review }
    type Review { stars: Int }
    type Product @key(fields: "id") { id: ID! reviews: [Review] }`,
};

const SUBSCRIPTION = 'subscription { productChanged { id name } }';

let issuer: TokenIssuer;
let events: MemoryViewerEvents;
let shop: ShopGateway;
let token: string;
let lastEvent = 0;
const open = new Set<StreamClient>();

beforeAll(async () => {
  issuer = await createTokenIssuer();
  token = await issuer.sign();
  events = createMemoryViewerEvents();
  shop = await startShopGateway(
    {
      tokens: issuer.options,
      signingKeys: ['k'.repeat(32)],
      viewerEvents: events,
      subscriptionLimits: {
        ...defaultSubscriptionLimits,
        perViewer: 3,
        perProcess: 5,
        waiting: 5,
        heartbeatMs: 50,
        checkMs: 20,
      },
    },
    schemas,
  );
});
afterAll(async () => {
  await shop?.stop();
  await issuer?.stop();
});
beforeEach(async () => {
  await Promise.all([...open].map((client) => client.close()));
  open.clear();
  shop.products.requests.length = 0;
  shop.products.reply = ({ variables }) => ({
    body: {
      data: {
        productChanged: { __typename: 'Product', id: variables['event_id'], name: `Product ${variables['event_id']}` },
      },
    },
  });
});

async function subscribe({ headers, ...asked }: StreamAsked = {}): Promise<StreamClient> {
  const client = await openStream(shop.url, {
    query: SUBSCRIPTION,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...asked,
  });
  open.add(client);
  return client;
}

async function announce(id: string, viewerId = 'usr_1'): Promise<void> {
  lastEvent += 1;
  await events.publish({
    id: String(lastEvent),
    name: 'ProductChanged',
    viewerId,
    payload: { id, productId: id },
    positions: { catalog: 4096 },
  });
}

async function until<T>(read: () => T, fits: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const value = read();
    if (fits(value)) return value;
    if (performance.now() > deadline) throw new Error(`${fits} did not hold: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const untilResults = (client: StreamClient, count: number) => until(client.results, ({ length }) => length >= count);

describe('a stream', () => {
  it('brings each event as it happens, resolved through the graph for its viewer', async () => {
    const client = await subscribe();
    expect([client.status, client.headers['content-type'], client.headers['x-accel-buffering']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no',
    ]);
    await announce('7');
    await announce('8');
    expect(await untilResults(client, 2)).toEqual([
      { data: { productChanged: { id: '7', name: 'Product 7' } } },
      { data: { productChanged: { id: '8', name: 'Product 8' } } },
    ]);
    expect(shop.products.requests).toMatchObject([
      {
        query: expect.stringContaining('productChanged:product(id:$event_id)'),
        headers: { 'x-tributary-minimum-positions': '{"catalog":4096}' },
      },
      {},
    ]);
  });
});
