import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { catalogReadinessOf } from '@tributary/prisma/clients/readiness';
import { createIdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { catalogOutboxOf } from '@tributary/prisma/outbox/catalog-outbox';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { outboxWriterOf } from '@tributary/prisma/outbox/outbox-writer';
import { startRetentionJob } from '@tributary/prisma/retention/retention-job';
import { hasWrittenAnywhere, readAtLeast } from '@tributary/prisma/session/database-session';
import { followSessions } from '@tributary/prisma/session/followed-session';
import type { Cache } from '@tributary/runtime/cache/cache';
import { createCachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';
import { subscribeToInvalidations } from '@tributary/runtime/cache-invalidation/invalidation-consumer';
import type { SubgraphOptions } from '@tributary/runtime/environment/subgraph-options';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import type { Lifetime } from '@tributary/runtime/loaders/cached-entity';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { subscribeToEvents } from './consumers.ts';
import type { InventoryContext } from './context.ts';
import { PRODUCER } from './events.ts';
import { createLoaders } from './loaders.ts';
import { ReservationRepository } from './reservation-repository.ts';
import { createResolvers } from './resolvers.ts';
import { cachedStock, stockWrites } from './stock-cache.ts';
import { StockRepository } from './stock-repository.ts';

/** What the subgraph runs on. Databases, queue and cache stay the caller's to close. */
export interface InventoryOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  /** Where stocks are kept beyond a request. Without it they are read from the database. */
  readonly cache?: Cache | undefined;
  /** How long. Default `stockLifetime`. */
  readonly lifetime?: Lifetime;
}

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Serves stocks, and reserves them for the orders that the queue tells of; for all that use the catalog it deletes expired rows.
 * The databases and the queue stay the caller's.
 *
 * @throws StartError when the port cannot be had
 */
export async function startInventorySubgraph(
  options: InventoryOptions,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, cache, lifetime, ...serving } = options;
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));
  const repositories = { stock: new StockRepository(databases), reservations: new ReservationRepository() };
  const session = { hasWritten: hasWrittenAnywhere, readAtLeast };
  const cached = cache && cachedStock({ cache, service: 'inventory', session }, lifetime);
  const publish = outboxWriterOf(PRODUCER);
  const writes = stockWrites(createCachedWrites({ cache, databases, publish, logger: serving.logger }), cached);
  return startInScope(async (scope) => {
    scope.own(
      startRetentionJob({
        databases,
        role: 'catalog',
        onOutcome: (database, deleted) => serving.logger.info({ database, deleted }, 'deleted expired rows'),
        onError: createFailureLog({ logger: serving.logger, component: 'retention job' }),
      }),
      (job) => job.stop(),
      'retention job',
    );
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
      await subscribeToEvents(queue, { databases, repositories, writes }),
      (subscription) => subscription.stop(),
      'consumers',
    );
    if (cache) {
      scope.own(
        await subscribeToInvalidations(queue, { cache, databases }),
        (subscription) => subscription.stop(),
        'cache invalidation',
      );
    }
    const { url } = scope.own(
      await startSubgraphServer<InventoryContext>({
        ...serving,
        name: 'inventory',
        typeDefs,
        resolvers: createResolvers({
          databases,
          stock: repositories.stock,
          writes,
          idempotentCalls: createIdempotentCalls(),
        }),
        makeContext: (request) => ({
          ...request,
          loaders: createLoaders({ stock: repositories.stock, cached, answerPolicy: request.answerPolicy }),
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
