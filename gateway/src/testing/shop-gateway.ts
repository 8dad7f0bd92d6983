import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { createLogger } from '@tributary/runtime/logging/logger';
import { composeSupergraph } from '../composition/compose-supergraph.ts';
import type { Explanation } from '../explain/explain-recorder.ts';
import { startGateway } from '../gateway.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { type StubReply, type StubRequest, type StubSubgraph, startStubSubgraph } from './stub-subgraph.ts';

const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

/** What the subgraphs of the shop say of themselves. */
export const shopSchemas = {
  products: `${FEDERATION}
    type Query { products: [Product] }
    type Mutation { rename(name: String!): Product }
    type Product @key(fields: "id") { id: ID! name: String }`,
  reviews: `${FEDERATION}
    type Query { bestReview: Review }
    type Review { stars: Int }
    type Product @key(fields: "id") { id: ID! reviews: [Review] }`,
};

/** An answer as a client reads it. */
export interface ShopAnswer {
  data: object | null;
  errors: { path?: unknown; extensions: Record<string, unknown> }[];
  extensions: { explain: Explanation };
}

/** A gateway over two stub subgraphs: `products`, and `reviews` which adds to their entity. */
export interface ShopGateway {
  url: string;
  products: StubSubgraph;
  reviews: StubSubgraph;
  /** What the gateway logged: one parsed JSON object a line. */
  logLines: Record<string, unknown>[];
  /** POSTs a body (an object as JSON, text as it is) to `/graphql`. */
  post(body: object | string, headers?: Record<string, string>): Promise<Response>;
  /** POSTs an operation and reads the answer. */
  ask(query: string, headers?: Record<string, string>): Promise<{ status: number; answer: ShopAnswer }>;
  stop(): Promise<void>;
}

/** Answers as a healthy `products` subgraph would. */
export function replyAsProducts({ query }: StubRequest): StubReply {
  if (query.includes('rename')) return { body: { data: { rename: { __typename: 'Product', id: '1', name: 'Cup' } } } };
  const products = ['1', '2'].map((id) => ({ __typename: 'Product', id, name: `Product ${id}` }));
  return { body: { data: query.includes('__typename}') ? { __typename: 'Query', products } : { products } } };
}

/** Answers as a healthy `reviews` subgraph would. */
export function replyAsReviews({ variables }: StubRequest): StubReply {
  const representations = variables?.['representations'];
  if (!Array.isArray(representations)) return { body: { data: { bestReview: { stars: 5 } } } };
  return { body: { data: { _entities: representations.map(() => ({ reviews: [{ stars: 4 }] })) } } };
}

/**
 * Starts both stubs and a gateway over them, in development unless the options say otherwise.
 * @param schemas in place of the usual ones
 */
export function startShopGateway(
  options: Partial<GatewayOptions> = {},
  schemas: Readonly<Record<keyof typeof shopSchemas, string>> = shopSchemas,
): Promise<ShopGateway> {
  return startInScope((scope) => start(scope, options, schemas));
}

async function start(
  scope: Scope,
  options: Partial<GatewayOptions>,
  schemas: Readonly<Record<keyof typeof shopSchemas, string>>,
): Promise<Omit<ShopGateway, 'stop'>> {
  const folder = scope.own(
    await mkdtemp(join(tmpdir(), 'tributary-shop-')),
    (path) => rm(path, { recursive: true }),
    'temporary folder',
  );
  const products = scope.own(await startStubSubgraph(replyAsProducts));
  const reviews = scope.own(await startStubSubgraph(replyAsReviews));
  const logLines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { service: 'gateway', level: 'info' },
    { write: (line) => logLines.push(JSON.parse(line)) },
  );
  const gateway = scope.own(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphFile: await composeShop(folder, schemas, { products: products.url, reviews: reviews.url }),
      subgraphUrls: new Map(),
      subgraphTimeoutMs: 5_000,
      signingKeys: undefined,
      tokens: undefined,
      allowedOrigins: [],
      explainRoles: [],
      isDevelopment: true,
      logger,
      ...options,
    }),
  );
  const post: ShopGateway['post'] = (body, headers = {}) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    url: gateway.url,
    products,
    reviews,
    logLines,
    post,
    async ask(query, headers) {
      const response = await post({ query }, headers);
      return { status: response.status, answer: JSON.parse(await response.text()) };
    },
  };
}

async function composeShop(
  folder: string,
  schemas: Readonly<Record<keyof typeof shopSchemas, string>>,
  urls: Record<keyof typeof shopSchemas, string>,
): Promise<string> {
  const subgraphs = await Promise.all(
    Object.entries(schemas).map(async ([name, schema]) => {
      const schemaFile = join(folder, `${name}.graphql`);
      await writeFile(schemaFile, schema);
      return { name, urls: [name === 'products' ? urls.products : urls.reviews], schemaFile };
    }),
  );
  const outcome = await composeSupergraph(subgraphs);
  if (!outcome.isComposed) throw new Error(outcome.errors.map(({ message }) => message).join('\n'));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, outcome.supergraphSdl);
  return file;
}
