import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { readinessOf } from '@tributary/prisma/clients/readiness';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import type { SubgraphOptions } from '@tributary/runtime/environment/subgraph-options';
import { type SubgraphServer, startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { parse } from 'graphql';
import { createAccessTokenSigner } from './access-token.ts';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import type { AccountsContext } from './context.ts';
import { createEndedSessions } from './ended-sessions.ts';
import { createLoaders } from './loaders.ts';
import { LogInAttemptRepository } from './log-in-attempt-repository.ts';
import { createLogInThrottle } from './log-in-throttle.ts';
import { verifyPassword as verifyByScrypt } from './password.ts';
import { createResolvers } from './resolvers.ts';
import { SessionRepository } from './session-repository.ts';
import { createSessionRoutes } from './session-routes.ts';
import { UserDirectoryRepository } from './user-directory-repository.ts';
import { UserRepository } from './user-repository.ts';

const schemaFile = new URL('../schema.graphql', import.meta.url);

/** What the subgraph runs on. The databases stay the caller's to close. */
export interface AccountsOptions extends SubgraphOptions {
  readonly databases: Databases;
  /** Whether a password is the one that was hashed; by scrypt unless told. */
  readonly verifyPassword?: AccountsDependencies['verifyPassword'];
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
 * Starts the accounts subgraph: who somebody is, and their sessions. The databases stay the caller's.
 *
 * @throws StartError when the port cannot be had or the key is no Ed25519 key
 */
export async function startAccountsSubgraph(options: AccountsOptions): Promise<SubgraphServer> {
  const { databases, accessTokens, verifyPassword = verifyByScrypt, ...serving } = options;
  const sessions = new SessionRepository(databases);
  const dependencies: AccountsDependencies = {
    databases,
    directory: new UserDirectoryRepository(databases),
    users: new UserRepository(databases),
    sessions,
    accessTokens: await createAccessTokenSigner(accessTokens),
    verifyPassword,
    throttle: createLogInThrottle(databases, new LogInAttemptRepository(databases)),
    logger: serving.logger,
  };
  return startSubgraphServer<AccountsContext>({
    ...serving,
    name: 'accounts',
    typeDefs: parse(await readFile(schemaFile, 'utf8')),
    resolvers: createResolvers(dependencies),
    routes: createSessionRoutes({
      accessTokens: dependencies.accessTokens,
      endedSessions: createEndedSessions({ databases, sessions, logger: serving.logger }),
    }),
    makeContext: (request) => ({ ...request, loaders: createLoaders(dependencies) }),
    isReady: async () => readinessOf(databases.health()),
    aroundRequest: runInDatabaseSession,
  });
}
