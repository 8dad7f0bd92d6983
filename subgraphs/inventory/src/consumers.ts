import type { Databases } from '@tributary/prisma/clients/databases';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import { defineEvent } from '@tributary/runtime/events/event-definition';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { z } from 'zod';
import type { InventoryRepositories } from './inventory-repositories.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';
import { type StockChanges, type StockWrites, stockTag } from './stock-cache.ts';

const consumer = 'inventory';

// What inventory needs of other subgraphs' events: their other fields may come and go.
const productPublished = defineEvent({
  name: 'ProductPublished',
  version: 1,
  schema: z.object({ productId: z.string(), merchantId: z.string(), initialStock: z.int().nonnegative() }),
  sample: { productId: 'prd_00gqg3t03zw00', merchantId: 'usr_00gqg3t0r0g00', initialStock: 12 },
});
const orderPlaced = defineEvent({
  name: 'OrderPlaced',
  version: 1,
  schema: z.object({
    orderId: z.string(),
    lines: z.array(z.object({ productId: z.string(), quantity: z.int().positive() })).min(1),
  }),
  sample: { orderId: 'ord_00gqg3t0r0g00', lines: [{ productId: 'prd_00gqg3t03zw00', quantity: 2 }] },
});
const orderCancelled = defineEvent({
  name: 'OrderCancelled',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  sample: { orderId: 'ord_00gqg3t0r0g00' },
});

interface Dependencies {
  readonly databases: Databases;
  readonly repositories: InventoryRepositories;
  readonly writes: StockWrites;
}

/** What an effect is given besides its event. */
interface EffectScope {
  readonly tx: SqlTransaction;
  readonly repositories: InventoryRepositories;
  readonly changes: StockChanges;
}

type Effect = (scope: EffectScope, event: EventEnvelope) => Promise<void>;

const effects = new Map<string, Effect>([
  [
    productPublished.name,
    async ({ tx, repositories, changes }, event) => {
      const { productId: product, merchantId, initialStock } = productPublished.parse(event);
      const productId = decodeId('product', product);
      const stock = { productId, merchantId: decodeId('user', merchantId), available: initialStock };
      await repositories.stock.open(tx, stock);
      await changes.invalidate(tx, productId, () => [stockTag(productId)]);
    },
  ],
  [
    orderPlaced.name,
    ({ tx, repositories, changes }, event) => {
      const { orderId, lines } = orderPlaced.parse(event);
      const order = {
        orderId: decodeId('order', orderId),
        lines: lines.map(({ productId, quantity }) => ({ productId: decodeId('product', productId), quantity })),
      };
      return reserveStock(tx, repositories, order, changes);
    },
  ],
  [
    orderCancelled.name,
    ({ tx, repositories, changes }, event) =>
      releaseStock(tx, repositories, decodeId('order', orderCancelled.parse(event).orderId), changes),
  ],
]);

/** Acts on what other subgraphs publish until the subscription is stopped. */
export function subscribeToEvents(queue: Queue, dependencies: Dependencies): Promise<Subscription> {
  const handlers = new Map(
    [...effects].map(([name, effect]) => [name, (event: EventEnvelope) => handleOnce(dependencies, event, effect)]),
  );
  return subscribeHandlers(queue, { queue: consumer, handlers });
}

/** Acts on one event, once: the inbox, the effect and the events that follow from it are one transaction of the catalog. */
async function handleOnce(
  { databases, repositories, writes }: Dependencies,
  event: EventEnvelope,
  effect: Effect,
): Promise<void> {
  await writes.run((changes) =>
    databases.catalog().$transaction(async (tx) => {
      if (await recordInInbox(tx, { consumer, eventId: event.id })) await effect({ tx, repositories, changes }, event);
    }),
  );
}
