import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { isDatabaseAway } from '@tributary/prisma/queue/database-absence';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { cacheSettings } from '@tributary/runtime/environment/cache-variables';
import { metricsAddress } from '@tributary/runtime/environment/metrics-variables';
import { queueUrl } from '@tributary/runtime/environment/queue-variables';
import { fieldLimitOptions } from '@tributary/runtime/environment/rate-limit-variables';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { viewerEventsUrl } from '@tributary/runtime/environment/viewer-events-variables';
import { runService } from '@tributary/runtime/lifecycle/service';
import { readDatabaseServers } from '@tributary/runtime/metrics/database-metrics';
import { openMetrics } from '@tributary/runtime/metrics/open-metrics';
import { measureStatements } from '@tributary/runtime/metrics/sql-metrics';
import { openQueue } from '@tributary/runtime/queue/open-queue';
import { openFieldLimits } from '@tributary/runtime/rate-limit/open-field-limits';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { openSubgraphTracing } from '@tributary/runtime/tracing/open-tracing';
import { openViewerEvents } from '@tributary/runtime/viewer-events/open-viewer-events';
import { readEnvironment } from './environment.ts';
import { startOrdersSubgraph } from './subgraph.ts';

await runService({
  name: 'orders',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const tracing = await openSubgraphTracing('orders', environment, { scope, logger });
    const metrics = await openMetrics(metricsAddress(environment), { scope, logger });
    const onStatement = measureStatements(metrics, recordStatement);
    const databases = scope.own(await openServiceDatabases({ service: 'orders', environment, onStatement, logger }));
    if (metrics) readDatabaseServers(metrics, () => databases.servers());
    const queue = scope.own(
      openQueue({
        url: queueUrl(environment),
        embedded: (onError) => createPostgresQueue({ databases, onError }),
        isOutage: isDatabaseAway,
        name: 'orders',
        tracing,
        logger,
      }),
    );
    const catalogUrl = databases.primaryUrlOf('catalog');
    const settings = cacheSettings(environment);
    const eventsUrl = viewerEventsUrl(environment, settings, catalogUrl);
    const fieldLimits = await openFieldLimits({ limits: fieldLimitOptions(environment), settings, logger });
    if (fieldLimits) scope.own(fieldLimits);
    const viewerEvents = scope.own(await openViewerEvents(eventsUrl, logger));
    const pendingLimitMs = environment.TRIBUTARY_PENDING_ORDER_LIMIT_S * 1_000;
    const options = { databases, queue, viewerEvents, pendingLimitMs, fieldLimits, metrics, tracing, logger };
    return scope.own(await startOrdersSubgraph({ ...subgraphServerOptions(environment), ...options }));
  },
});
