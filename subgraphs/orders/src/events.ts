import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import { defineEvent, type EventDefinition } from '@tributary/runtime/events/event-definition';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import { z } from 'zod';

/** The name under which this subgraph publishes. */
export const PRODUCER = 'orders';

const orderId = z.string().startsWith('ord_');
const buyerId = z.string().startsWith('usr_');
const productId = z.string().startsWith('prd_');
const sample = { orderId: 'ord_03c8wd5xqw000', buyerId: 'usr_00y1qm3xqw000' };

/** An order was placed and waits for its items to be reserved. */
export const orderPlaced = defineEvent({
  name: 'OrderPlaced',
  version: 1,
  schema: z.object({ orderId, buyerId, lines: z.array(z.object({ productId, quantity: z.int().min(1) })).min(1) }),
  sample: { ...sample, lines: [{ productId: 'prd_01t1qm3xvzw00', quantity: 2 }] },
});

/** The items of an order are reserved. */
export const orderConfirmed = defineEvent({
  name: 'OrderConfirmed',
  version: 1,
  schema: z.object({ orderId, buyerId }),
  sample,
});

/** The items of an order could not be reserved; `productIds` are those of which there were too few, none when time ran out. */
export const orderRejected = defineEvent({
  name: 'OrderRejected',
  version: 1,
  schema: z.object({ orderId, buyerId, productIds: z.array(productId) }),
  sample: { ...sample, productIds: ['prd_01t1qm3xvzw00'] },
});

/** An order was rejected before it was known whether its items are reserved: they are to be free again if they are, or ever will be. */
export const orderExpired = defineEvent({
  name: 'OrderExpired',
  version: 1,
  schema: z.object({ orderId, buyerId }),
  sample,
});

/** Its buyer cancelled an order; what was reserved for it is free again. */
export const orderCancelled = defineEvent({
  name: 'OrderCancelled',
  version: 1,
  schema: z.object({ orderId, buyerId }),
  sample,
});

/** Has an event about an order published when the transaction commits. Write the order's row first: its lock orders its events. */
export async function publishOrderEvent<Payload extends JsonObject>(
  tx: ShardTransaction,
  id: bigint,
  definition: EventDefinition<Payload>,
  payload: Payload,
): Promise<void> {
  await writeOutbox(tx, { ...definition.about(id, payload), producer: PRODUCER, logicalShard: logicalShardOf(id) });
}
