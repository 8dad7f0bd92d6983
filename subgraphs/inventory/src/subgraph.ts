import { readFileSync } from 'node:fs';
import type { Databases } from '@tributary/prisma/clients/databases';
import { isReadable } from '@tributary/prisma/clients/databases-health';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { consumedEvents, handleEvent } from './consumers.ts';
import { makeContext } from './context.ts';
import { ReservationRepository } from './reservation-repository.ts';
import { makeResolvers } from './resolvers.ts';
import { StockRepository } from './stock-repository.ts';

export interface InventoryOptions {
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

const typeDefs = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
// Below the pool's size, so that events never take every connection from requests.
const concurrency = 2;

/**
 * Serves stocks, and reserves them for the orders that the queue tells of. The databases and the queue stay the caller's.
 *
 * @throws StartError when the port cannot be had
 */
export function startInventorySubgraph(options: InventoryOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, logger } = options;
  const repositories = { stock: new StockRepository(databases), reservations: new ReservationRepository() };
  return startInScope(async (scope) => {
    scope.own(
      startOutboxRelay({
        // It writes events into the catalog only, so there is nothing to look for on the shards.
        databases: {
          catalog: () => databases.catalog(),
          allShards: () => [],
          primaryUrlOf: (name) => databases.primaryUrlOf(name),
        },
        producer: 'inventory',
        publish: (events) => queue.publish(events),
        onError: (error) => logger.error({ err: error }, 'the outbox relay failed'),
      }),
    );
    scope.own(
      await queue.subscribe({
        queue: 'inventory',
        eventNames: consumedEvents,
        handle: (event) => handleEvent({ databases, repositories }, event),
        concurrency,
      }),
    );
    const { url } = scope.own(
      await startSubgraphServer({
        name: 'inventory',
        typeDefs,
        resolvers: makeResolvers({ databases, stock: repositories.stock }),
        host: options.host,
        port: options.port,
        signingKeys: options.signingKeys,
        isDevelopment: options.isDevelopment,
        makeContext: (request) => makeContext(request, repositories),
        isReady: async () => {
          const isOk = isReadable(databases.health().catalog);
          return { isReady: isOk, checks: { catalog: isOk ? { isOk } : { isOk, why: 'no server answers' } } };
        },
        aroundRequest: runInDatabaseSession,
        logger,
      }),
    );
    return { url };
  });
}
