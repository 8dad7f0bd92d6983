import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { isDatabaseAway } from '@tributary/prisma/queue/database-absence';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { queueUrl } from '@tributary/runtime/environment/queue-variables';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { runService } from '@tributary/runtime/lifecycle/service';
import { openQueue } from '@tributary/runtime/queue/open-queue';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { readEnvironment } from './environment.ts';
import { startNotificationsSubgraph } from './subgraph.ts';

await runService({
  name: 'notifications',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const databases = scope.own(
      await openServiceDatabases({ service: 'notifications', environment, onStatement: recordStatement, logger }),
    );
    const queue = scope.own(
      openQueue({
        url: queueUrl(environment),
        embedded: (onError) => createPostgresQueue({ databases, onError }),
        isOutage: isDatabaseAway,
        name: 'notifications',
        logger,
      }),
    );
    return scope.own(
      await startNotificationsSubgraph({ ...subgraphServerOptions(environment), databases, queue, logger }),
    );
  },
});
