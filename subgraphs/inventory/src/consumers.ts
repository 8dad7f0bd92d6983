import type { Databases } from '@tributary/prisma/clients/databases';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, Subscription } from '@tributary/runtime/queue/queue';
import { subscribeHandlers } from '@tributary/runtime/queue/subscribe-handlers';
import { consumer } from './consumed-events.ts';
import type { InventoryRepositories } from './inventory-repositories.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';
import { type StockChanges, type StockWrites, stockTag } from './stock-cache.ts';

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

type Effect = (scope: EffectScope) => Promise<void>;

/** Acts on what other subgraphs publish until the subscription is stopped. */
export function subscribeToEvents(queue: Queue, dependencies: Dependencies): Promise<Subscription> {
  const once = (event: EventEnvelope, effect: Effect) => handleOnce(dependencies, event, effect);
  const release = (event: EventEnvelope, orderId: string) =>
    once(event, ({ tx, repositories, changes }) => releaseStock(tx, repositories, decodeId('order', orderId), changes));
  return subscribeHandlers(queue, consumer, {
    ProductPublished: ({ productId: product, merchantId, initialStock }, event) => {
      const productId = decodeId('product', product);
      const stock = { productId, merchantId: decodeId('user', merchantId), available: initialStock };
      return once(event, async ({ tx, repositories, changes }) => {
        await repositories.stock.open(tx, stock);
        await changes.invalidate(tx, productId, () => [stockTag(productId)]);
      });
    },
    OrderPlaced: ({ orderId, lines }, event) => {
      const order = {
        orderId: decodeId('order', orderId),
        lines: lines.map(({ productId, quantity }) => ({ productId: decodeId('product', productId), quantity })),
      };
      return once(event, ({ tx, repositories, changes }) => reserveStock(tx, repositories, order, changes));
    },
    OrderExpired: ({ orderId }, event) => release(event, orderId),
    OrderCancelled: ({ orderId }, event) => release(event, orderId),
  });
}

/** Acts on one event, once: the inbox, the effect and the events that follow from it are one transaction of the catalog. */
async function handleOnce(
  { databases, repositories, writes }: Dependencies,
  event: EventEnvelope,
  effect: Effect,
): Promise<void> {
  await writes.run((changes) =>
    databases.catalog().$transaction(async (tx) => {
      if (await recordInInbox(tx, { consumer: consumer.queue, eventId: event.id })) {
        await effect({ tx, repositories, changes });
      }
    }),
  );
}
