import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { catalogReadinessOf } from '@tributary/prisma/clients/readiness';
import { catalogOutboxOf } from '@tributary/prisma/outbox/catalog-outbox';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import type { CounterStore } from '@tributary/runtime/counters/counter-store';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
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
import { ProductViewsRepository } from './product-views-repository.ts';
import { RecentlyViewedRepository } from './recently-viewed-repository.ts';
import { createResolvers } from './resolvers.ts';
import { startViewFlusher } from './view-flusher.ts';

/** What the subgraph runs on. Databases, queue and counters stay the caller's to close. */
export interface CatalogOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  /** Where views of products gather. Default: in this process. */
  readonly counters?: CounterStore;
  /** How often they are written to the databases. Default 5,000. */
  readonly viewFlushIntervalMs?: number;
}

const DEFAULT_FLUSH_INTERVAL_MS = 5_000;

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Serves products and categories, publishes what happens to them, and writes how often they are looked at. What it is given
 * stays the caller's.
 *
 * @throws StartError when the port cannot be had
 */
export async function startCatalogSubgraph(options: CatalogOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const {
    databases,
    queue,
    counters = createMemoryCounterStore(),
    viewFlushIntervalMs = DEFAULT_FLUSH_INTERVAL_MS,
    ...serving
  } = options;
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));
  const repositories = {
    products: new ProductRepository(databases),
    categories: new CategoryRepository(databases),
    productViews: new ProductViewsRepository(databases),
    recentlyViewed: new RecentlyViewedRepository(databases),
  };
  const views = { counters, onError: createFailureLog({ logger: serving.logger, component: 'view counters' }) };
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
    scope.own(
      startViewFlusher({
        databases,
        repositories,
        counters,
        intervalMs: viewFlushIntervalMs,
        onError: createFailureLog({ logger: serving.logger, component: 'view flusher' }),
      }),
      (flusher) => flusher.stop(),
      'view flusher',
    );
    const { url } = scope.own(
      await startSubgraphServer<CatalogContext>({
        ...serving,
        name: 'catalog',
        typeDefs,
        resolvers: createResolvers({ databases, repositories, views }),
        makeContext: (request) => ({ ...request, loaders: createLoaders({ databases, repositories }) }),
        isReady: async () => catalogReadinessOf(databases.health()),
        aroundRequest: runInDatabaseSession,
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}
