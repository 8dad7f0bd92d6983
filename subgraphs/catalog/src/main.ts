import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { openServiceCounters } from '@tributary/runtime/counters/open-service-counters';
import { cacheSettings } from '@tributary/runtime/environment/cache-variables';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { runService } from '@tributary/runtime/lifecycle/service';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { readEnvironment } from './environment.ts';
import { startCatalogSubgraph } from './subgraph.ts';

await runService({
  name: 'catalog',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const databases = scope.own(
      await openServiceDatabases({ service: 'catalog', environment, onStatement: recordStatement, logger }),
    );
    const queue = scope.own(
      createPostgresQueue({ databases, onError: createFailureLog({ logger, component: 'queue' }) }),
    );
    const counters = scope.own(await openServiceCounters({ settings: cacheSettings(environment), logger }));
    const options = { ...subgraphServerOptions(environment), databases, queue, counters, logger };
    return scope.own(
      await startCatalogSubgraph({ ...options, viewFlushIntervalMs: environment.TRIBUTARY_VIEW_FLUSH_INTERVAL_MS }),
    );
  },
});
