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
import { type SubgraphServer, startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import type { Lifetime } from '@tributary/runtime/loaders/cached-entity';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Queue } from '@tributary/runtime/queue/queue';
import { parse } from 'graphql';
import { createAccessTokenSigner } from './access-token.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { cachedProfiles } from './cached-profile.ts';
import { startClaimSweeper } from './claim-sweeper.ts';
import type { AccountsContext } from './context.ts';
import { createEndedSessions } from './ended-sessions.ts';
import { PRODUCER } from './events.ts';
import { createLoaders } from './loaders.ts';
import { LogInAttemptRepository } from './log-in-attempt-repository.ts';
import { createLogInThrottle } from './log-in-throttle.ts';
import { createPasswords, type PasswordsOptions } from './passwords.ts';
import { createResolvers } from './resolvers.ts';
import { SessionRepository } from './session-repository.ts';
import { createSessionRoutes } from './session-routes.ts';
import { UserDirectoryRepository } from './user-directory-repository.ts';
import { UserRepository } from './user-repository.ts';

const schemaFile = new URL('../schema.graphql', import.meta.url);

/** What the subgraph runs on. Databases, queue and cache stay the caller's to close. */
export interface AccountsOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  /** Where profiles are kept beyond a request. Without it they are read from the databases. */
  readonly cache?: Cache | undefined;
  /** How long. Default `profileLifetime`. */
  readonly lifetime?: Lifetime;
  /** How passwords are checked, and how many at once. */
  readonly passwords?: PasswordsOptions;
  readonly accessTokens: {
    /** The Ed25519 key that signs access tokens, in PKCS#8. */
    readonly privateKeyPem: string;
    /** Keys that are published though they sign nothing: the next one, and the one before. */
    readonly otherPrivateKeyPems?: readonly string[];
    readonly issuer: string;
    readonly audience: string;
  };
}

/**
 * Starts the accounts subgraph: who somebody is, and their sessions. What it is given stays the caller's.
 *
 * @throws StartError when the port cannot be had or the key is no Ed25519 key
 */
export async function startAccountsSubgraph(options: AccountsOptions): Promise<SubgraphServer> {
  const { databases, queue, cache, lifetime, accessTokens, passwords, ...serving } = options;
  const sessions = new SessionRepository(databases);
  const dependencies: AccountsDependencies = {
    databases,
    directory: new UserDirectoryRepository(databases),
    users: new UserRepository(databases),
    sessions,
    accessTokens: await createAccessTokenSigner(accessTokens),
    passwords: createPasswords(passwords),
    throttle: createLogInThrottle(databases, new LogInAttemptRepository(databases)),
    writes: createCachedWrites({ cache, databases, publish: outboxWriterOf(PRODUCER), logger: serving.logger }),
    idempotentCalls: createIdempotentCalls(),
    logger: serving.logger,
  };
  const session = { hasWritten: hasWrittenAnywhere, readAtLeast };
  const cached = cache && cachedProfiles({ cache, service: 'accounts', session }, lifetime);
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));

  return startInScope(async (scope) => {
    scope.own(
      startClaimSweeper({
        ...dependencies,
        onSettled: (settled) => serving.logger.warn(settled, 'settled claims of addresses that a crash left behind'),
        onError: createFailureLog({ logger: serving.logger, component: 'claim sweeper' }),
      }),
      (sweeper) => sweeper.stop(),
      'claim sweeper',
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
    if (cache) {
      scope.own(
        await subscribeToInvalidations(queue, { cache, databases }),
        (subscription) => subscription.stop(),
        'cache invalidation',
      );
    }
    return scope.own(
      await startSubgraphServer<AccountsContext>({
        ...serving,
        name: 'accounts',
        typeDefs,
        resolvers: createResolvers(dependencies),
        routes: createSessionRoutes({
          accessTokens: dependencies.accessTokens,
          endedSessions: createEndedSessions({ databases, sessions, logger: serving.logger }),
        }),
        makeContext: (request) => ({
          ...request,
          loaders: createLoaders({ ...dependencies, cached, answerPolicy: request.answerPolicy }),
        }),
        isReady: async () => readinessOf(databases.health()),
        aroundRequest: followSessions({ cache }),
      }),
      (server) => server.stop(),
      'server',
    );
  });
}
