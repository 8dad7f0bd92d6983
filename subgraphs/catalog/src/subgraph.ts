import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { isReadable } from '@tributary/prisma/clients/databases-health';
import { readinessOf } from '@tributary/prisma/clients/readiness';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { CategoryRepository } from './category-repository.ts';
import type { CatalogContext } from './context.ts';
import { createLoaders } from './loaders.ts';
import { ProductRepository } from './product-repository.ts';
import { createResolvers } from './resolvers.ts';

export interface CatalogOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  readonly logger: Logger;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The secrets shared with the gateway. */
  readonly signingKeys: readonly string[];
  readonly isDevelopment: boolean;
}

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Serves products and categories, and publishes what happens to them. The databases and the queue stay the caller's.
 *
 * @throws StartError when the port cannot be had
 */
export async function startCatalogSubgraph(options: CatalogOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, logger } = options;
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));
  const repositories = {
    products: new ProductRepository(databases),
    categories: new CategoryRepository(databases),
  };
  return startInScope(async (scope) => {
    scope.own(
      startOutboxRelay({
        // It writes events into the catalog only, so there is nothing to look for on the shards.
        databases: {
          catalog: () => databases.catalog(),
          allShards: () => [],
          primaryUrlOf: (name) => databases.primaryUrlOf(name),
        },
        producer: 'catalog',
        publish: (events) => queue.publish(events),
        onError: (error) => logger.error({ err: error }, error.message),
      }),
      (relay) => relay.stop(),
      'outbox relay',
    );
    const { url } = scope.own(
      await startSubgraphServer<CatalogContext>({
        name: 'catalog',
        typeDefs,
        resolvers: createResolvers({ databases, repositories }),
        host: options.host,
        port: options.port,
        signingKeys: options.signingKeys,
        isDevelopment: options.isDevelopment,
        makeContext: (request) => ({ ...request, loaders: createLoaders(repositories) }),
        isReady: async () => {
          // It reads nothing from the shards.
          const health = { ...databases.health(), shards: [] };
          return { ...readinessOf(health), isReady: isReadable(health.catalog) };
        },
        aroundRequest: runInDatabaseSession,
        logger,
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}
