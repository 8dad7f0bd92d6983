import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import { CollectedAnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
import { type SubgraphRequest, startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { createLogger } from '@tributary/runtime/logging/logger';
import type { CatalogContext } from '@tributary/subgraph-catalog/context';
import { createLoaders } from '@tributary/subgraph-catalog/loaders';
import { createResolvers } from '@tributary/subgraph-catalog/resolvers';
import { parse } from 'graphql';
import { noDatabases, readRepositories } from './catalog-in-memory.ts';

/**
 * The subgraph `catalog` to be measured without its database: `node catalog-server.ts standalone|apollo|compiled PORT ROWS_FILE`.
 * Schema, resolvers and loaders are its own; ours take requests that `gateway-headers.ts` has signed.
 */
const gatewayKey = 'the gateway key of this measurement';
const [kind, portText, rowsFile = ''] = process.argv.slice(2);
const host = '127.0.0.1';
const port = Number(portText);

const schemaFile = new URL('../schema.graphql', import.meta.resolve('@tributary/subgraph-catalog/subgraph'));
const typeDefs = parse(readFileSync(schemaFile, 'utf8'));
const repositories = readRepositories(rowsFile);
const views = { counters: createMemoryCounterStore(), onError: () => undefined };
const resolvers = createResolvers({
  databases: noDatabases,
  repositories,
  views,
  writes: { run: () => Promise.reject(new Error('nothing is written here')) },
});
const makeContext = (request: SubgraphRequest): CatalogContext => ({
  ...request,
  loaders: createLoaders({ databases: noDatabases, repositories, answerPolicy: request.answerPolicy }),
});

async function start(): Promise<void> {
  if (kind === 'standalone') {
    const server = new ApolloServer<CatalogContext>({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]) });
    const answerPolicy = new CollectedAnswerPolicy({ collectsTags: false });
    const anybody: SubgraphRequest = { viewer: null, requestId: '', clientAddress: undefined, answerPolicy };
    await startStandaloneServer(server, { context: async () => makeContext(anybody), listen: { host, port } });
    return;
  }
  if (kind !== 'apollo' && kind !== 'compiled') throw new TypeError('expected standalone, apollo or compiled');
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
    logger: createLogger({ service: 'catalog', level: 'error' }),
  });
}

await start();
