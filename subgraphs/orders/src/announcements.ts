import type { Databases } from '@tributary/prisma/clients/databases';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { createAnnouncer } from '@tributary/runtime/viewer-events/announcer';
import type { ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { announcer } from './consumed-events.ts';

/** Lets buyers who are connected hear of their orders, as the schema's `orderStatusChanged` promises. */
export function announceOrders(
  queue: Queue,
  dependencies: { databases: Databases; viewerEvents: ViewerEvents },
): Promise<Subscription> {
  const announce = createAnnouncer(dependencies);
  const tell = ({ orderId, buyerId }: { orderId: string; buyerId: string }, event: EventEnvelope) =>
    announce(event, {
      name: 'OrderStatusChanged',
      viewerId: buyerId,
      payload: { id: orderId, orderId },
      about: decodeId('order', orderId),
    });
  return subscribeHandlers(queue, announcer, { OrderConfirmed: tell, OrderRejected: tell, OrderCancelled: tell });
}
