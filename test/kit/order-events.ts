import { composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { JsonObject } from '@tributary/runtime/events/json-value';

const buyerId = encodeId('user', composeId({ timeMs: ID_EPOCH_MS, logicalShard: 3, sequence: 0 }));

let lastEventId = 0n;

/** An event that nobody has had yet. */
export function eventOf(name: string, aggregateId: bigint, payload: JsonObject): EventEnvelope {
  lastEventId += 1n;
  return { id: lastEventId, name, version: 1, aggregateId, payload, occurredAt: new Date() };
}

/** What orders publishes. */
export function orderPlaced(orderId: bigint, lines: readonly [productId: bigint, quantity: number][]): EventEnvelope {
  return eventOf('OrderPlaced', orderId, {
    orderId: encodeId('order', orderId),
    buyerId,
    lines: lines.map(([productId, quantity]) => ({ productId: encodeId('product', productId), quantity })),
  });
}

/** What orders publishes. */
export function orderCancelled(orderId: bigint): EventEnvelope {
  const payload = { orderId: encodeId('order', orderId), buyerId };
  return eventOf('OrderCancelled', orderId, payload);
}

/** What inventory publishes about an order that got everything. */
export const reserved = (orderId: bigint) => ({
  name: 'StockReserved',
  payload: { orderId: encodeId('order', orderId) },
});
/** What inventory publishes about an order for which these products were short. */
export const rejected = (orderId: bigint, ...productIds: bigint[]) => ({
  name: 'StockRejected',
  payload: { orderId: encodeId('order', orderId), productIds: productIds.map((id) => encodeId('product', id)) },
});
