import type { Databases } from '@tributary/prisma/clients/databases';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { createAnnouncer } from '@tributary/runtime/viewer-events/announcer';
import type { ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { announcer } from './consumed-events.ts';

/** Lets users who are connected hear of their notifications, as the schema's `notificationReceived` promises. */
export function announceNotifications(
  queue: Queue,
  dependencies: { databases: Databases; viewerEvents: ViewerEvents },
): Promise<Subscription> {
  const announce = createAnnouncer(dependencies);
  return subscribeHandlers(queue, announcer, {
    NotificationCreated: ({ notificationId, userId }, event) =>
      announce(event, {
        name: 'NotificationReceived',
        viewerId: userId,
        payload: { id: notificationId },
        about: decodeId('notification', notificationId),
      }),
  });
}
