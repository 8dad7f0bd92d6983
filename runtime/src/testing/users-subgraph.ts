import { AsyncLocalStorage } from 'node:async_hooks';
import { parse } from 'graphql';
import { CodedError } from '../errors/coded-error.ts';
import { type SubgraphServer, type SubgraphServerOptions, startSubgraphServer } from '../graphql/subgraph-server.ts';
import type { Scope } from '../lifecycle/scope.ts';
import { createBatchLoader } from '../loaders/batch-loader.ts';
import { recordStatement } from '../request/request-work.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { createCapturedLogger } from './captured-logger.ts';
import { signedHeaders } from './signed-headers.ts';

/** A request of the gateway, as far as it differs from one of `viewer` that nobody explains. */
export interface AskOptions {
  readonly isExplained?: boolean;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Beside, or instead of, what the gateway sends. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly asViewer?: Viewer | null;
}

/** A small subgraph, and the gateway that asks it. */
export interface UsersSubgraph {
  readonly server: SubgraphServer;
  ask(query: string, options?: AskOptions): Promise<{ status: number; body: unknown }>;
  /** What it has logged. */
  readonly lines: ReturnType<typeof createCapturedLogger>['lines'];
}

/** Its name, the key that its gateway has, and who asks unless told otherwise. */
export const usersSubgraph = 'accounts';
export const usersKey = 'the signing key that gateways have';
export const usersViewer: Viewer = { userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes: [] };
/** What `session` answers: for requests that run inside of it. */
export const usersSession = new AsyncLocalStorage<string>();

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { viewerId: String, requestId: String, refused: String, broken: String, session: String }
  type User @key(fields: "id") { id: ID!, name: String }
`);

/** What its resolvers get. */
export function makeUsersContext({ viewer, requestId }: { viewer: Viewer | null; requestId: string }) {
  const userNames = createBatchLoader<string, string>({
    name: 'userNames',
    keyText: (id) => id,
    load: async (ids) => {
      const statement = {
        text: 'select … where id = any($1)',
        database: 'shard_0',
        role: 'replica',
        node: 'h:1',
      } as const;
      recordStatement({ ...statement, rows: ids.length, durationMs: 1.5, startedAtMs: 1 });
      return new Map(ids.map((id) => [id, `name of ${id}`]));
    },
    missing: null,
  });
  return { viewer, requestId, userNames };
}
export type UsersContext = ReturnType<typeof makeUsersContext>;

export const usersResolvers = {
  Query: {
    viewerId: (_: unknown, __: unknown, context: UsersContext) => context.viewer?.userId,
    requestId: (_: unknown, __: unknown, context: UsersContext) => context.requestId,
    session: () => usersSession.getStore(),
    refused: () => {
      throw new CodedError('FORBIDDEN', 'not yours');
    },
    broken: () => {
      throw new Error('hunter2');
    },
  },
  User: {
    __resolveReference: (reference: { id: string }) => {
      if (reference.id === 'malformed') throw new CodedError('INVALID_ID', 'not an id');
      return reference;
    },
    name: ({ id }: { id: string }, _: unknown, context: UsersContext) => context.userNames.load(id),
  },
};

/**
 * Starts the subgraph; the scope stops it.
 * @throws what `startSubgraphServer` throws
 */
export async function startUsersSubgraph(
  scope: Scope,
  options: Partial<SubgraphServerOptions<UsersContext>> = {},
): Promise<UsersSubgraph> {
  const { logger, lines } = createCapturedLogger();
  const server = scope.own(
    await startSubgraphServer<UsersContext>({
      name: usersSubgraph,
      typeDefs,
      resolvers: usersResolvers,
      host: '127.0.0.1',
      port: 0,
      signingKeys: [usersKey],
      isDevelopment: false,
      makeContext: makeUsersContext,
      isReady: async () => ({ isReady: true, checks: {} }),
      logger,
      ...options,
    }),
  );
  return {
    server,
    lines,
    async ask(query, { isExplained = false, variables = {}, headers = {}, asViewer = usersViewer } = {}) {
      const body = JSON.stringify({ query, variables });
      const caller = { viewer: asViewer, isExplained };
      const signed = signedHeaders({ key: usersKey, subgraph: usersSubgraph, body, caller });
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed, ...headers },
        body,
      });
      return { status: response.status, body: await response.json() };
    },
  };
}
