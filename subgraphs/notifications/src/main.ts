import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { isDatabaseAway } from '@tributary/prisma/queue/database-absence';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { outboxStats, queueStats } from '@tributary/prisma/queue/queue-stats';
import { cacheSettings } from '@tributary/runtime/environment/cache-variables';
import { metricsAddress } from '@tributary/runtime/environment/metrics-variables';
import { queueUrl } from '@tributary/runtime/environment/queue-variables';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { viewerEventsUrl } from '@tributary/runtime/environment/viewer-events-variables';
import { runService } from '@tributary/runtime/lifecycle/service';
import { readDatabaseServers } from '@tributary/runtime/metrics/database-metrics';
import { openMetrics } from '@tributary/runtime/metrics/open-metrics';
import { readQueues } from '@tributary/runtime/metrics/queue-metrics';
import { measureStatements } from '@tributary/runtime/metrics/sql-metrics';
import { openQueue } from '@tributary/runtime/queue/open-queue';
import { readBrokerStats } from '@tributary/runtime/queue/rabbitmq/broker-stats';
import { recordStatement } from '@tributary/runtime/request/request-work';
import { openSubgraphTracing } from '@tributary/runtime/tracing/open-tracing';
import { openViewerEvents } from '@tributary/runtime/viewer-events/open-viewer-events';
import { createLogChannel } from './deliveries/log-channel.ts';
import { createWebhookChannel } from './deliveries/webhook-channel.ts';
import { webhookOptions } from './deliveries/webhook-variables.ts';
import { readEnvironment } from './environment.ts';
import { startNotificationsSubgraph } from './subgraph.ts';

await runService({
  name: 'notifications',
  start: async (scope, logger) => {
    const environment = readEnvironment();
    logger.level = environment.LOG_LEVEL;
    const tracing = await openSubgraphTracing('notifications', environment, { scope, logger });
    const webhook = webhookOptions(environment);
    const metrics = await openMetrics(metricsAddress(environment), { scope, logger });
    const onStatement = measureStatements(metrics, recordStatement);
    const databases = scope.own(
      await openServiceDatabases({ service: 'notifications', environment, onStatement, logger }),
    );
    const brokerUrl = queueUrl(environment);
    if (metrics) {
      readDatabaseServers(metrics, () => databases.servers());
      readQueues(metrics, {
        queues: () => (brokerUrl === undefined ? queueStats(databases.catalog()) : readBrokerStats(brokerUrl)),
        outboxes: () => outboxStats(databases),
      });
    }
    const queue = scope.own(
      openQueue({
        url: brokerUrl,
        embedded: (onError) => createPostgresQueue({ databases, onError }),
        isOutage: isDatabaseAway,
        name: 'notifications',
        tracing,
        logger,
      }),
    );
    const catalogUrl = databases.primaryUrlOf('catalog');
    const eventsUrl = viewerEventsUrl(environment, cacheSettings(environment), catalogUrl);
    const viewerEvents = scope.own(await openViewerEvents(eventsUrl, logger));
    return scope.own(
      await startNotificationsSubgraph({
        ...subgraphServerOptions(environment),
        databases,
        queue,
        viewerEvents,
        channel: webhook ? createWebhookChannel(webhook) : createLogChannel(logger),
        metrics,
        tracing,
        logger,
      }),
    );
  },
});
