import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { readinessOf } from '@tributary/prisma/clients/readiness';
import { createIdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import type { ShardPartitions } from '@tributary/prisma/partitions/ensure-partitions';
import { startPartitionJob } from '@tributary/prisma/partitions/partition-job';
import { startRetentionJob } from '@tributary/prisma/retention/retention-job';
import { followSessions } from '@tributary/prisma/session/followed-session';
import type { SubgraphOptions } from '@tributary/runtime/environment/subgraph-options';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Queue } from '@tributary/runtime/queue/queue';
import type { ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { parse } from 'graphql';
import { announceOrders } from './announcements.ts';
import { subscribeToStock } from './consumers.ts';
import type { OrdersContext } from './context.ts';
import { PRODUCER } from './events.ts';
import { createOrdersLoaders } from './loaders.ts';
import { OrderRepository } from './order-repository.ts';
import { startOverdueOrderJob } from './overdue-order-job.ts';
import { PriceListRepository } from './price-list-repository.ts';
import { createResolvers } from './resolvers.ts';

/** What the subgraph runs on. Databases and queue stay the caller's to close. */
export interface OrdersOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  /** Carries word of orders to their buyers; it stays the caller's to close. */
  readonly viewerEvents: ViewerEvents;
  /** How long an order may be PENDING before it is rejected. Default a quarter of an hour. */
  readonly pendingLimitMs?: number;
}

const DEFAULT_PENDING_LIMIT_MS = 900_000;

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Starts the subgraph: its server, its consumers, the relay of its outbox, the job that settles orders that wait for too long and,
 * for all that use the shards, the jobs that make the partitions of months to come and delete expired rows.
 * @throws StartError when the port cannot be had
 */
export async function startOrdersSubgraph(options: OrdersOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, viewerEvents, pendingLimitMs = DEFAULT_PENDING_LIMIT_MS, ...serving } = options;
  const orders = new OrderRepository(databases);
  const priceList = new PriceListRepository(databases);
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));

  return startInScope(async (scope) => {
    scope.own(
      startPartitionJob({
        databases,
        onOutcome: (shards) => logPartitions(serving.logger, shards),
        onError: createFailureLog({ logger: serving.logger, component: 'partition job' }),
      }),
      (job) => job.stop(),
      'partition job',
    );
    scope.own(
      startRetentionJob({
        databases,
        role: 'shard',
        onOutcome: (database, deleted) => serving.logger.info({ database, deleted }, 'deleted expired rows'),
        onError: createFailureLog({ logger: serving.logger, component: 'retention job' }),
      }),
      (job) => job.stop(),
      'retention job',
    );
    scope.own(
      startOverdueOrderJob({
        databases,
        orders,
        pendingLimitMs,
        onExpired: (database, expired) =>
          serving.logger.warn({ database, expired }, 'rejected orders that were PENDING for too long'),
        onError: createFailureLog({ logger: serving.logger, component: 'overdue order job' }),
      }),
      (job) => job.stop(),
      'overdue order job',
    );
    scope.own(
      startOutboxRelay({
        databases,
        producer: PRODUCER,
        publish: (events) => queue.publish(events),
        onError: createFailureLog({ logger: serving.logger, component: 'outbox relay' }),
      }),
      (relay) => relay.stop(),
      'outbox relay',
    );
    scope.own(await subscribeToStock(queue, { databases, orders }), (subscription) => subscription.stop(), 'consumers');
    scope.own(
      await announceOrders(queue, { databases, viewerEvents }),
      (subscription) => subscription.stop(),
      'announcements',
    );
    const { url } = scope.own(
      await startSubgraphServer<OrdersContext>({
        ...serving,
        name: 'orders',
        typeDefs,
        resolvers: createResolvers({ databases, orders, priceList, idempotentCalls: createIdempotentCalls() }),
        makeContext: (request) => ({ ...request, loaders: createOrdersLoaders({ databases, orders }) }),
        isReady: async () => readinessOf(databases.health()),
        aroundRequest: followSessions(),
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}

function logPartitions(logger: Logger, shards: readonly ShardPartitions[]): void {
  for (const { database, created, defaultRows } of shards) {
    if (created.length > 0) logger.info({ database, created }, 'made partitions');
    if (defaultRows > 0)
      logger.error({ database, defaultRows }, 'rows lie in a default partition: their month was not made');
  }
}
