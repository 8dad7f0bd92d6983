import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { catalogReadinessOf } from '@tributary/prisma/clients/readiness';
import { catalogOutboxOf } from '@tributary/prisma/outbox/catalog-outbox';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import type { SubgraphOptions } from '@tributary/runtime/environment/subgraph-options';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { CategoryRepository } from './category-repository.ts';
import type { CatalogContext } from './context.ts';
import { createLoaders } from './loaders.ts';
import { ProductRepository } from './product-repository.ts';
import { createResolvers } from './resolvers.ts';

/** What the subgraph runs on. Databases and queue stay the caller's to close. */
export interface CatalogOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
}

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Serves products and categories, and publishes what happens to them. The databases and the queue stay the caller's.
 *
 * @throws StartError when the port cannot be had
 */
export async function startCatalogSubgraph(options: CatalogOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, ...serving } = options;
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));
  const repositories = {
    products: new ProductRepository(databases),
    categories: new CategoryRepository(databases),
  };
  return startInScope(async (scope) => {
    scope.own(
      startOutboxRelay({
        databases: catalogOutboxOf(databases),
        producer: 'catalog',
        publish: (events) => queue.publish(events),
        onError: createFailureLog({ logger: serving.logger, component: 'outbox relay' }),
      }),
      (relay) => relay.stop(),
      'outbox relay',
    );
    const { url } = scope.own(
      await startSubgraphServer<CatalogContext>({
        ...serving,
        name: 'catalog',
        typeDefs,
        resolvers: createResolvers({ databases, repositories }),
        makeContext: (request) => ({ ...request, loaders: createLoaders(repositories) }),
        isReady: async () => catalogReadinessOf(databases.health()),
        aroundRequest: runInDatabaseSession,
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}
