import { openDatabases } from '@tributary/prisma/clients/databases';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { readDatabasesFile } from '@tributary/prisma/topology/topology';
import { runService } from '@tributary/runtime/lifecycle/service';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { readEnvironment } from './environment.ts';
import { startReviewsSubgraph } from './subgraph.ts';

await runService({
  name: 'reviews',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const databases = scope.own(
      await openDatabases({
        service: 'reviews',
        readConfig: () => readDatabasesFile(environment.TRIBUTARY_DATABASES_FILE),
        poolSize: environment.DATABASE_POOL_SIZE,
        fleetProcesses: environment.DATABASE_FLEET_PROCESSES,
        statementTimeoutMs: environment.DATABASE_STATEMENT_TIMEOUT_MS,
        connectionTimeoutMs: environment.DATABASE_CONNECTION_TIMEOUT_MS,
        onStatement: recordStatement,
        onEvent: (event) => logger.info({ event }, 'databases changed'),
      }),
    );
    const queue = scope.own(
      createPostgresQueue({ databases, onError: (error) => logger.error({ err: error }, error.message) }),
    );
    return scope.own(
      await startReviewsSubgraph({
        databases,
        queue,
        logger,
        host: environment.HOST,
        port: environment.PORT,
        signingKeys: environment.TRIBUTARY_GATEWAY_KEYS,
        isDevelopment: environment.NODE_ENV === 'development',
      }),
    );
  },
});
