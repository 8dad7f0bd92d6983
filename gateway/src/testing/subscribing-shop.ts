import { createMemoryViewerEvents, type MemoryViewerEvents } from '@tributary/runtime/testing/memory-viewer-events';
import type { GatewayOptions } from '../gateway-options.ts';
import { type ShopGateway, startShopGateway } from './shop-gateway.ts';
import { openStream, type StreamAsked, type StreamClient } from './stream-client.ts';
import type { StubReply, StubRequest } from './stub-subgraph.ts';
import { createTokenIssuer } from './token-issuer.ts';

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

/** To what `subscribe` subscribes unless told. */
export const SUBSCRIPTION = 'subscription { productChanged { id name } }';

const KEY = 'k'.repeat(32);
const LIMIT_MS = 5_000;

/** A shop that tells of its products as they change, with few streams that are looked at often. */
export interface SubscribingShop {
  readonly gateway: ShopGateway;
  readonly events: MemoryViewerEvents;
  /** Opens a stream, of the viewer `usr_1` unless told. */
  subscribe(asked?: StreamAsked): Promise<StreamClient>;
  /** Makes a product change for a viewer, `usr_1` unless told. */
  announce(productId: string, viewerId?: string): Promise<void>;
  /** The header of a viewer. */
  as(userId: string, claims?: object): Promise<{ authorization: string }>;
  /** Starts one more gateway that hears of the same events. */
  startAnother(): Promise<ShopGateway>;
  /** Closes all streams, and has products be found again. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export const productOf = (id: string) => ({ __typename: 'Product', id, name: `Product ${id}` });

/** What a stream brings of a product. */
export const resultOf = (id: string) => ({ data: { productChanged: { id, name: `Product ${id}` } } });

/** Answers as a subgraph does that has all products. */
export const replyWithProduct = ({ variables }: StubRequest): StubReply => ({
  body: { data: { productChanged: productOf(String(variables['event_id'])) } },
});

/** @param options what its gateways have beyond what streams need */
export async function startSubscribingShop(
  options: Pick<GatewayOptions, 'audit' | 'rateLimits' | 'costs' | 'cache' | 'usageDays'> = {},
): Promise<SubscribingShop> {
  const issuer = await createTokenIssuer();
  const events = createMemoryViewerEvents();
  const startAnother = () =>
    startShopGateway(
      {
        tokens: { ...issuer.options, clockToleranceS: 0 },
        signingKeys: [KEY],
        viewerEvents: events,
        ...options,
        subscriptionLimits: { perViewer: 3, perProcess: 5, waiting: 5, stuckMs: 300, heartbeatMs: 50, checkMs: 20 },
      },
      schemas,
    );
  const gateway = await startAnother();
  const open = new Set<StreamClient>();
  let lastEvent = 0;

  const as: SubscribingShop['as'] = async (userId, claims = {}) => ({
    authorization: `Bearer ${await issuer.sign({ sub: userId, sid: `ses_${userId}`, ...claims })}`,
  });

  async function reset(): Promise<void> {
    await Promise.all([...open].map((client) => client.close()));
    open.clear();
    events.isAway = false;
    gateway.products.requests.length = 0;
    gateway.products.reply = replyWithProduct;
  }

  return {
    gateway,
    events,
    as,
    startAnother,
    async subscribe({ headers, ...asked } = {}) {
      const ofViewer = headers && 'authorization' in headers ? headers : { ...(await as('usr_1')), ...headers };
      const client = await openStream(gateway.url, { query: SUBSCRIPTION, headers: ofViewer, ...asked });
      open.add(client);
      return client;
    },
    async announce(id, viewerId = 'usr_1') {
      lastEvent += 1;
      const positions = { catalog: 4096 };
      const payload = { id, productId: id };
      await events.publish({ id: String(lastEvent), name: 'ProductChanged', viewerId, payload, positions });
    },
    reset,
    async stop() {
      await reset();
      await gateway.stop();
      await issuer.stop();
    },
  };
}

/** What is read, once it fits. */
export async function until<T>(read: () => T, fits: (value: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + LIMIT_MS;
  for (;;) {
    const value = read();
    if (fits(value)) return value;
    if (performance.now() > deadlineMs) throw new Error(`${fits} did not hold: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const untilResults = (client: StreamClient, count: number) =>
  until(
    () => client.results(),
    ({ length }) => length >= count,
  );

/** The code of a refusal. */
export async function codeOf(client: StreamClient): Promise<string> {
  return JSON.parse(await client.text).errors[0].extensions.code;
}
