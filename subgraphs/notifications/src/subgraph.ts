import { readFile } from 'node:fs/promises';
import type { Databases } from '@tributary/prisma/clients/databases';
import { readinessOf } from '@tributary/prisma/clients/readiness';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { followSessions } from '@tributary/prisma/session/followed-session';
import type { SubgraphOptions } from '@tributary/runtime/environment/subgraph-options';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Queue } from '@tributary/runtime/queue/queue';
import type { ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { parse } from 'graphql';
import { announceNotifications } from './announcements.ts';
import { keepAuditLog } from './audit/audit-consumer.ts';
import { createRefusalRoute } from './audit/refusal-route.ts';
import { subscribeToNews } from './consumers.ts';
import type { NotificationsContext } from './context.ts';
import type { DeliveryChannel } from './deliveries/delivery-channel.ts';
import { DeliveryRepository } from './deliveries/delivery-repository.ts';
import { startDeliveryWorker } from './deliveries/delivery-worker.ts';
import { createLogChannel } from './deliveries/log-channel.ts';
import { PRODUCER } from './events.ts';
import { createNotificationsLoaders } from './loaders.ts';
import { NotificationRepository } from './notification-repository.ts';
import { createResolvers } from './resolvers.ts';

/** What the subgraph runs on. Databases and queue stay the caller's to close. */
export interface NotificationsOptions extends SubgraphOptions {
  readonly databases: Databases;
  readonly queue: Queue;
  /** Carries word of notifications to their users; it stays the caller's to close. */
  readonly viewerEvents: ViewerEvents;
  /** Brings notifications to their users outside of the graph. Default: they are logged. */
  readonly channel?: DeliveryChannel;
}

const schemaFile = new URL('../schema.graphql', import.meta.url);

/**
 * Starts the subgraph: its server, its consumers and the relay of its outbox.
 *
 * @throws StartError when the port cannot be had
 */
export async function startNotificationsSubgraph(
  options: NotificationsOptions,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { databases, queue, viewerEvents, channel = createLogChannel(options.logger), ...serving } = options;
  const notifications = new NotificationRepository(databases);
  const deliveries = new DeliveryRepository(databases);
  const dependencies = { databases, notifications };
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));

  return startInScope(async (scope) => {
    scope.own(
      startOutboxRelay({
        databases,
        producer: PRODUCER,
        publish: (events) => queue.publish(events),
        onError: createFailureLog({ logger: serving.logger, component: 'outbox relay' }),
      }),
      (relay) => relay.stop(),
      'outbox relay',
    );
    scope.own(
      await announceNotifications(queue, { databases, viewerEvents }),
      (subscription) => subscription.stop(),
      'announcements',
    );
    scope.own(await keepAuditLog(queue, { databases }), (subscription) => subscription.stop(), 'audit log');
    const worker = scope.own(
      startDeliveryWorker({
        databases,
        deliveries,
        channel,
        onError: createFailureLog({ logger: serving.logger, component: 'deliveries' }),
      }),
      (running) => running.stop(),
      'delivery worker',
    );
    scope.own(
      await subscribeToNews(queue, { ...dependencies, deliveries, onNotification: worker.wake }),
      (subscription) => subscription.stop(),
      'consumers',
    );
    const { url } = scope.own(
      await startSubgraphServer<NotificationsContext>({
        ...serving,
        name: 'notifications',
        typeDefs,
        resolvers: createResolvers(dependencies),
        routes: { '/refusals': createRefusalRoute({ databases }) },
        makeContext: (request) => ({ ...request, loaders: createNotificationsLoaders(dependencies) }),
        isReady: async () => readinessOf(databases.health()),
        aroundRequest: followSessions(),
      }),
      (server) => server.stop(),
      'server',
    );
    return { url };
  });
}
