import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { PRODUCER, productPriceChanged } from './events.ts';
import type { ProductRow } from './product-repository.ts';

/** Publishes with the transaction that a product costs something else, if it does. */
export async function publishPriceChange(
  tx: SqlTransaction,
  viewer: Viewer,
  { before, after }: { readonly before: ProductRow; readonly after: ProductRow },
): Promise<void> {
  if (before.priceMinor === after.priceMinor && before.currency === after.currency) return;
  const event = productPriceChanged.about(after.id, {
    productId: encodeId('product', after.id),
    changedBy: viewer.userId,
    before: moneyOf(before),
    after: moneyOf(after),
  });
  await writeOutbox(tx, { ...event, producer: PRODUCER, logicalShard: CATALOG_LOGICAL_SHARD });
}

function moneyOf({ priceMinor, currency }: ProductRow) {
  return { amountMinor: priceMinor.toString(), currency };
}
