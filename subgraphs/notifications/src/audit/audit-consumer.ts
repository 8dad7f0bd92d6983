import { type AuditRecord, appendToAuditLog } from '@tributary/prisma/audit/audit-log';
import type { Databases } from '@tributary/prisma/clients/databases';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { auditor } from './consumed-events.ts';

type Note = Pick<AuditRecord, 'actor' | 'subject' | 'details'>;

/**
 * Adds what was done, or refused, to the audit log. A record has its event's id as its key, so it needs no inbox.
 *
 * It runs here, with what else is told to somebody, and not in a service of its own: it would be one more to deploy and watch
 * for a single consumer without a schema.
 */
export function keepAuditLog(queue: Queue, { databases }: { databases: Databases }): Promise<Subscription> {
  const note = (event: EventEnvelope, record: Note) =>
    appendToAuditLog(databases.catalog(), {
      ...record,
      eventId: event.id,
      name: event.name,
      occurredAt: event.occurredAt,
    });
  return subscribeHandlers(queue, auditor, {
    LoggedIn: ({ userId, sessionId, client }, event) =>
      note(event, { actor: userId, subject: sessionId, details: { client } }),
    LogInFailed: ({ account, ...details }, event) => note(event, { actor: null, subject: account, details }),
    LoggedOut: ({ sessionId, ...details }, event) => note(event, { actor: null, subject: sessionId, details }),
    LoggedOutEverywhere: ({ userId, ...details }, event) => note(event, { actor: userId, subject: userId, details }),
    OrderPlaced: ({ orderId, buyerId, ...details }, event) =>
      note(event, { actor: buyerId, subject: orderId, details }),
    OrderConfirmed: ({ orderId }, event) => note(event, { actor: null, subject: orderId, details: {} }),
    OrderRejected: ({ orderId, productIds }, event) =>
      note(event, { actor: null, subject: orderId, details: { productIds } }),
    OrderCancelled: ({ orderId, buyerId }, event) => note(event, { actor: buyerId, subject: orderId, details: {} }),
    ProductPublished: ({ productId, merchantId, ...details }, event) =>
      note(event, { actor: merchantId, subject: productId, details }),
    ProductPriceChanged: ({ productId, changedBy, ...details }, event) =>
      note(event, { actor: changedBy, subject: productId, details }),
    StockAdjusted: ({ productId, changedBy, ...details }, event) =>
      note(event, { actor: changedBy, subject: productId, details }),
    PermissionRefused: ({ viewerId, path, ...details }, event) =>
      note(event, { actor: viewerId, subject: path, details }),
  });
}
