import { openDatabases } from '@tributary/prisma/clients/databases';
import { readDatabasesFile } from '@tributary/prisma/topology/topology';
import { runService } from '@tributary/runtime/lifecycle/service';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { readEnvironment } from './environment.ts';
import { readKeyFile } from './key-file.ts';
import { startAccountsSubgraph } from './subgraph.ts';

await runService({
  name: 'accounts',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const privateKeyPem = await readKeyFile(environment.TRIBUTARY_JWT_PRIVATE_KEY_FILE);
    const databases = scope.own(
      await openDatabases({
        service: 'accounts',
        readConfig: () => readDatabasesFile(environment.TRIBUTARY_DATABASES_FILE),
        poolSize: environment.DATABASE_POOL_SIZE,
        fleetProcesses: environment.DATABASE_FLEET_PROCESSES,
        statementTimeoutMs: environment.DATABASE_STATEMENT_TIMEOUT_MS,
        connectionTimeoutMs: environment.DATABASE_CONNECTION_TIMEOUT_MS,
        onStatement: recordStatement,
        onEvent: (event) => logger.info({ event }, 'databases changed'),
      }),
    );
    return scope.own(
      await startAccountsSubgraph({
        databases,
        logger,
        host: environment.HOST,
        port: environment.PORT,
        signingKeys: environment.TRIBUTARY_GATEWAY_KEYS,
        isDevelopment: environment.NODE_ENV === 'development',
        accessTokens: {
          privateKeyPem,
          issuer: environment.TRIBUTARY_JWT_ISSUER,
          audience: environment.TRIBUTARY_JWT_AUDIENCE,
        },
      }),
    );
  },
});
