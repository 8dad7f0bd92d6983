import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { RetryLink } from '@apollo/client/link/retry';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { EventStreamLink } from './event-stream-link.ts';
import { contextOf } from './operation-context.ts';
import { Session } from './session.ts';

/** A client of the graph, and who it asks as. */
export interface ShopClient {
  readonly graph: ApolloClient;
  readonly session: Session;
}

export interface ShopClientOptions {
  /** Of the graph: `https://shop.example/graphql`. */
  readonly url: string;
  /** The browser's own unless told. */
  readonly fetch?: typeof fetch;
}

/**
 * Apollo Client as this graph is best asked:
 *
 * - Hashes are sent in place of texts, queries by GET, so that what anybody may see can be kept on its way. A gateway that executes
 *   only what is published needs nothing else; any other one asks for the text of a hash that is new to it.
 * - What failed on its way is sent again, unless it may have changed something: a mutation says by an idempotency key that it may be.
 * - Subscriptions are server-sent events.
 * - Pages of a list become one list in the cache.
 */
export function createShopClient({ url, fetch: send = fetch }: ShopClientOptions): ShopClient {
  const session = new Session();
  const asViewer = new SetContextLink(({ headers }) => ({ headers: { ...headers, ...session.headers } }));
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const http = new HttpLink({ uri: url, fetch: send, headers: { 'apollo-require-preflight': 'true' } });
  const transport = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new EventStreamLink({ url, fetch: send, headers: () => session.headers }),
    http,
  );
  const graph = new ApolloClient({
    link: ApolloLink.from([sendAgain, asViewer, persisted, transport]),
    cache: new InMemoryCache({
      typePolicies: { Query: { fields: { products: relayStylePagination(['filter', 'sort']) } } },
    }),
    clientAwareness: { name: 'shop-example', version: '1.0.0' },
  });
  return { graph, session };
}

const sendAgain = new RetryLink({
  delay: { initial: 100, jitter: true },
  attempts: {
    max: 3,
    retryIf: (_error, operation) =>
      operation.operationType === OperationTypeNode.QUERY ||
      contextOf(operation).headers?.['idempotency-key'] !== undefined,
  },
});

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
