import { openServiceDatabases } from '@tributary/prisma/clients/service-databases';
import { isDatabaseAway } from '@tributary/prisma/queue/database-absence';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import { cacheSettings } from '@tributary/runtime/environment/cache-variables';
import { queueUrl } from '@tributary/runtime/environment/queue-variables';
import { subgraphServerOptions } from '@tributary/runtime/environment/subgraph-environment';
import { viewerEventsUrl } from '@tributary/runtime/environment/viewer-events-variables';
import { runService } from '@tributary/runtime/lifecycle/service';
import { openQueue } from '@tributary/runtime/queue/open-queue';
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
    const databases = scope.own(
      await openServiceDatabases({ service: 'notifications', environment, onStatement: recordStatement, logger }),
    );
    const queue = scope.own(
      openQueue({
        url: queueUrl(environment),
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
        tracing,
        logger,
      }),
    );
  },
});
