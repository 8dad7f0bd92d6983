import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import { defineEvent, type EventDefinition } from '@tributary/runtime/events/event-definition';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import { z } from 'zod';

/** The name under which this subgraph publishes. */
export const PRODUCER = 'inventory';

/** All items of an order are held for it. About the order. */
export const stockReserved = defineEvent({
  name: 'StockReserved',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  sample: { orderId: 'ord_00gqg3t0r0g00' },
});

/** Of at least one product there were too few, so nothing is held for the order. About the order. */
export const stockRejected = defineEvent({
  name: 'StockRejected',
  version: 1,
  schema: z.object({ orderId: z.string(), productIds: z.array(z.string()).min(1) }),
  sample: { orderId: 'ord_00gqg3t0r0g00', productIds: ['prd_00gqg3t03zw00'] },
});

/** A merchant has changed how many units are available, to `available`. About the product. */
export const stockAdjusted = defineEvent({
  name: 'StockAdjusted',
  version: 1,
  schema: z.object({ productId: z.string(), changedBy: z.string(), delta: z.int(), available: z.int().min(0) }),
  sample: { productId: 'prd_00gqg3t03zw00', changedBy: 'usr_00gqg3t0r0g00', delta: -2, available: 10 },
});

/** Publishes an event with the transaction, a transaction of the catalog: if and only if that is committed. */
export function publishWith<Payload extends JsonObject>(
  tx: SqlTransaction,
  definition: EventDefinition<Payload>,
  { aggregateId, payload }: { readonly aggregateId: bigint; readonly payload: Payload },
): Promise<void> {
  const event = definition.about(aggregateId, payload);
  return writeOutbox(tx, { ...event, producer: PRODUCER, logicalShard: CATALOG_LOGICAL_SHARD });
}
