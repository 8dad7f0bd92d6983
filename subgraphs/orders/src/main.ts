import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { runService } from '@tributary/runtime/lifecycle/service';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { readEnvironment } from './environment.ts';
import { startOrdersSubgraph } from './subgraph.ts';

await runService({
  name: 'orders',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const databases = scope.own(
      await openServiceDatabases({ service: 'orders', environment, onStatement: recordStatement, logger }),
    );
    const queue = scope.own(
      createPostgresQueue({ databases, onError: createFailureLog({ logger, component: 'queue' }) }),
    );
    return scope.own(await startOrdersSubgraph({ ...subgraphServerOptions(environment), databases, queue, logger }));
  },
});
