import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { readinessOf } from '@tributary/prisma/clients/readiness';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { subscribeToReviewsAndProducts } from './consumers.ts';
import type { ReviewsContext } from './context.ts';
import { PRODUCER } from './events.ts';
import { createReviewsLoaders } from './loaders.ts';
import { createResolvers } from './resolvers.ts';
import { ReviewIndexRepository } from './review-index-repository.ts';
import { ReviewRepository } from './review-repository.ts';

/** What the subgraph runs on. Databases and queue stay the caller's to close. */
export interface ReviewsOptions {
  databases: Databases;
  queue: Queue;
  logger: Logger;
  host: string;
  /** 0 for any free one. */
  port: number;
  /** The secrets shared with the gateway. */
  signingKeys: readonly string[];
  isDevelopment: boolean;
}

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Starts the subgraph: its server, its consumers and the relay of its outbox.
 * @throws StartError when the port cannot be had
 */
export async function startReviewsSubgraph(options: ReviewsOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, logger } = options;
  const reviews = new ReviewRepository(databases);
  const reviewIndex = new ReviewIndexRepository(databases);
  const dependencies = { databases, reviews, reviewIndex };
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));
  const onError = (error: Error) => logger.error({ err: error }, error.message);

  return startInScope(async (scope) => {
    scope.own(
      startOutboxRelay({ databases, producer: PRODUCER, publish: (events) => queue.publish(events), onError }),
      (relay) => relay.stop(),
      'outbox relay',
    );
    scope.own(
      await subscribeToReviewsAndProducts(queue, dependencies),
      (subscription) => subscription.stop(),
      'consumers',
    );
    const { url } = scope.own(
      await startSubgraphServer<ReviewsContext>({
        name: 'reviews',
        typeDefs,
        resolvers: createResolvers(dependencies),
        host: options.host,
        port: options.port,
        signingKeys: options.signingKeys,
        isDevelopment: options.isDevelopment,
        makeContext: (request) => ({ ...request, loaders: createReviewsLoaders(dependencies) }),
        isReady: async () => readinessOf(databases.health()),
        aroundRequest: runInDatabaseSession,
        logger,
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}
