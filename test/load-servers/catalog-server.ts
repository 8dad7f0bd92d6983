import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createIdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import { CollectedAnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
import type { SubgraphRequest } from '@tributary/runtime/graphql/subgraph-handler';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { createLogger } from '@tributary/runtime/logging/logger';
import { openGatewayKeys } from '@tributary/runtime/signature/gateway-keys';
import { createRequestVerifier } from '@tributary/runtime/signature/request-verifier';
import type { CatalogContext } from '@tributary/subgraph-catalog/context';
import { createLoaders } from '@tributary/subgraph-catalog/loaders';
import { createResolvers } from '@tributary/subgraph-catalog/resolvers';
import { parse } from 'graphql';
import { noDatabases, readRepositories } from './catalog-in-memory.ts';
import { verifyStandaloneCallers } from './standalone-caller.ts';

/**
 * The subgraph `catalog` to be measured without its database: `node catalog-server.ts KIND PORT ROWS_FILE`, a kind
 * being standalone, standalone-signed, apollo or compiled. Schema, resolvers and loaders are its own; all but the first take requests
 * of the gateway only.
 */
const gatewayKey = 'the gateway key of this measurement';
const [kind, portText, rowsFile = ''] = process.argv.slice(2);
const host = '127.0.0.1';
const port = Number(portText);
const logger = createLogger({ service: 'catalog', level: 'error' });

const schemaFile = new URL('../schema.graphql', import.meta.resolve('@tributary/subgraph-catalog/subgraph'));
const typeDefs = parse(readFileSync(schemaFile, 'utf8'));
const repositories = readRepositories(rowsFile);
const views = { counters: createMemoryCounterStore(), onError: () => undefined };
const resolvers = createResolvers({
  databases: noDatabases,
  repositories,
  views,
  writes: { run: () => Promise.reject(new Error('nothing is written here')) },
  idempotentCalls: createIdempotentCalls(),
});
const makeContext = (request: SubgraphRequest): CatalogContext => ({
  ...request,
  loaders: createLoaders({ databases: noDatabases, repositories, answerPolicy: request.answerPolicy }),
});

/** Of requests without a signature the caller is nobody; `standalone-signed` does the same work for it as ours does. */
async function startStandalone({ isSigned }: { isSigned: boolean }): Promise<void> {
  const server = new ApolloServer<CatalogContext>({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]) });
  const answerPolicy = new CollectedAnswerPolicy({ collectsTags: false });
  const callerOf = isSigned ? await verifiedCallers() : async () => ({ viewer: null, clientAddress: undefined });
  await startStandaloneServer(server, {
    context: async ({ req }) => {
      const { viewer, clientAddress } = await callerOf(req);
      return makeContext({ viewer, requestId: '', clientAddress, idempotencyKey: undefined, answerPolicy });
    },
    listen: { host, port },
  });
}

async function verifiedCallers() {
  const keys = await openGatewayKeys([gatewayKey], { logger });
  return verifyStandaloneCallers(createRequestVerifier({ subgraph: 'catalog', keys, windowMs: 30_000 }));
}

async function start(): Promise<void> {
  if (kind === 'standalone' || kind === 'standalone-signed') {
    await startStandalone({ isSigned: kind === 'standalone-signed' });
    return;
  }
  if (kind !== 'apollo' && kind !== 'compiled') throw new TypeError(`${kind} is no kind of server`);
  await startSubgraphServer<CatalogContext>({
    name: 'catalog',
    typeDefs,
    resolvers,
    host,
    port,
    signingKeys: [gatewayKey],
    isDevelopment: false,
    makeContext,
    isReady: async () => ({ isReady: true, checks: {} }),
    aroundRequest: runInDatabaseSession,
    executor: kind,
    logger,
  });
}

await start();
