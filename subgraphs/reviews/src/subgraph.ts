import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { readinessOf } from '@tributary/prisma/clients/readiness';
import { createIdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { outboxWriterOf } from '@tributary/prisma/outbox/outbox-writer';
import { hasWrittenAnywhere, readAtLeast } from '@tributary/prisma/session/database-session';
import { followSessions } from '@tributary/prisma/session/followed-session';
import type { Cache } from '@tributary/runtime/cache/cache';
import { createCachedWrites } from '@tributary/runtime/cache-invalidation/cached-writes';
import { subscribeToInvalidations } from '@tributary/runtime/cache-invalidation/invalidation-consumer';
import type { SubgraphOptions } from '@tributary/runtime/environment/subgraph-options';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { type ReviewsLifetimes, reviewsEntities, reviewsLifetimes } from './cached-entities.ts';
import { subscribeToReviewsAndProducts } from './consumers.ts';
import type { ReviewsContext } from './context.ts';
import { PRODUCER } from './events.ts';
import { createReviewsLoaders } from './loaders.ts';
import { createResolvers } from './resolvers.ts';
import { ReviewIndexRepository } from './review-index-repository.ts';
import { ReviewRepository } from './review-repository.ts';

/** What the subgraph runs on. Databases, queue and cache stay the caller's to close. */
export interface ReviewsOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  /** Where rows and pages are kept beyond a request. Without it everything is read from the databases. */
  readonly cache?: Cache | undefined;
  /** How long they are kept; what is left out as in `reviewsLifetimes`. */
  readonly lifetimes?: Partial<ReviewsLifetimes>;
}

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Starts the subgraph: its server, its consumers and the relay of its outbox.
 * @throws StartError when the port cannot be had
 */
export async function startReviewsSubgraph(options: ReviewsOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, cache, lifetimes, ...serving } = options;
  const reviews = new ReviewRepository(databases);
  const reviewIndex = new ReviewIndexRepository(databases);
  const session = { hasWritten: hasWrittenAnywhere, readAtLeast };
  const cached =
    cache && reviewsEntities({ cache, service: 'reviews', session }, { ...reviewsLifetimes, ...lifetimes });
  const writes = createCachedWrites({ cache, databases, publish: outboxWriterOf(PRODUCER), logger: serving.logger });
  const dependencies = { databases, reviews, reviewIndex, writes, idempotentCalls: createIdempotentCalls() };
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));

  return startInScope(async (scope) => {
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
    scope.own(
      await subscribeToReviewsAndProducts(queue, dependencies),
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
      await startSubgraphServer<ReviewsContext>({
        ...serving,
        name: 'reviews',
        typeDefs,
        resolvers: createResolvers(dependencies),
        makeContext: (request) => ({
          ...request,
          loaders: createReviewsLoaders({ ...dependencies, cached, answerPolicy: request.answerPolicy }),
        }),
        isReady: async () => readinessOf(databases.health()),
        aroundRequest: followSessions({ cache }),
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}
