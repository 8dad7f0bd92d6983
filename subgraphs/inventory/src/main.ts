import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { isDatabaseAway } from '@tributary/prisma/queue/database-absence';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { openServiceCache } from '@tributary/runtime/cache/open-service-cache';
import { cacheSettings } from '@tributary/runtime/environment/cache-variables';
import { queueUrl } from '@tributary/runtime/environment/queue-variables';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { runService } from '@tributary/runtime/lifecycle/service';
import { openQueue } from '@tributary/runtime/queue/open-queue';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { openSubgraphTracing } from '@tributary/runtime/tracing/open-tracing';
import { readEnvironment } from './environment.ts';
import { startInventorySubgraph } from './subgraph.ts';

await runService({
  name: 'inventory',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const tracing = await openSubgraphTracing('inventory', environment, { scope, logger });
    const databases = scope.own(
      await openServiceDatabases({ service: 'inventory', environment, onStatement: recordStatement, logger }),
    );
    const queue = scope.own(
      openQueue({
        url: queueUrl(environment),
        embedded: (onError) => createPostgresQueue({ databases, onError }),
        isOutage: isDatabaseAway,
        name: 'inventory',
        tracing,
        logger,
      }),
    );
    const catalogUrl = () => databases.primaryUrlOf('catalog');
    const settings = cacheSettings(environment);
    const cache = await openServiceCache({ settings, catalogUrl, name: 'inventory', logger });
    if (cache) scope.own(cache);
    const options = { ...subgraphServerOptions(environment), databases, queue, cache, tracing, logger };
    return scope.own(await startInventorySubgraph(options));
  },
});
