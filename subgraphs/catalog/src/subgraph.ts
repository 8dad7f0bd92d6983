import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { catalogReadinessOf } from '@tributary/prisma/clients/readiness';
import { createIdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { catalogOutboxOf } from '@tributary/prisma/outbox/catalog-outbox';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { outboxWriterOf } from '@tributary/prisma/outbox/outbox-writer';
import { hasWrittenAnywhere, readAtLeast } from '@tributary/prisma/session/database-session';
import { followSessions } from '@tributary/prisma/session/followed-session';
import type { Cache } from '@tributary/runtime/cache/cache';
import { createCachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';
import { subscribeToInvalidations } from '@tributary/runtime/cache-invalidation/invalidation-consumer';
import type { CounterStore } from '@tributary/runtime/counters/counter-store';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
import type { SubgraphOptions } from '@tributary/runtime/environment/subgraph-options';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { type CatalogLifetimes, catalogEntities, catalogLifetimes } from './cached-entities.ts';
import { CategoryRepository } from './category-repository.ts';
import type { CatalogContext } from './context.ts';
import { PRODUCER } from './events.ts';
import { createLoaders } from './loaders.ts';
import { ProductRepository } from './product-repository.ts';
import { ProductViewsRepository } from './product-views-repository.ts';
import { RecentlyViewedRepository } from './recently-viewed-repository.ts';
import { createResolvers } from './resolvers.ts';
import { startViewFlusher } from './view-flusher.ts';

/** What the subgraph runs on. Databases, queue, cache and counters stay the caller's to close. */
export interface CatalogOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  /** Where rows and pages are kept beyond a request. Without it everything is read from the databases. */
  readonly cache?: Cache | undefined;
  /** How long they are kept; what is left out as in `catalogLifetimes`. */
  readonly lifetimes?: Partial<CatalogLifetimes>;
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
    cache,
    lifetimes,
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
  const session = { hasWritten: hasWrittenAnywhere, readAtLeast };
  const cached =
    cache && catalogEntities({ cache, service: 'catalog', session }, { ...catalogLifetimes, ...lifetimes });
  const writes = createCachedWrites({ cache, databases, publish: outboxWriterOf(PRODUCER), logger: serving.logger });
  const views = { counters, onError: createFailureLog({ logger: serving.logger, component: 'view counters' }) };
  return startInScope(async (scope) => {
    scope.own(
      startOutboxRelay({
        databases: catalogOutboxOf(databases),
        producer: PRODUCER,
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
    if (cache) {
      scope.own(
        await subscribeToInvalidations(queue, { cache, databases }),
        (subscription) => subscription.stop(),
        'cache invalidation',
      );
    }
    const { url } = scope.own(
      await startSubgraphServer<CatalogContext>({
        ...serving,
        name: 'catalog',
        typeDefs,
        resolvers: createResolvers({
          databases,
          repositories,
          views,
          writes,
          cached,
          idempotentCalls: createIdempotentCalls(),
        }),
        makeContext: (request) => ({
          ...request,
          loaders: createLoaders({ databases, repositories, cached, answerPolicy: request.answerPolicy }),
        }),
        isReady: async () => catalogReadinessOf(databases.health()),
        aroundRequest: followSessions({ cache }),
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}
