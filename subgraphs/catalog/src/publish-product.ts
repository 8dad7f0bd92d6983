import type { Databases } from '@tributary/prisma/clients/databases';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import type { IdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import { boundedInteger } from '@tributary/runtime/input/fields';
import { requireIdempotencyKey } from '@tributary/runtime/input/idempotency-key';
import { parseInput } from '@tributary/runtime/input/parse-input';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { CatalogWrites } from './catalog-writes.ts';
import { PRODUCER, productPublished } from './events.ts';
import type { CatalogRepositories } from './loaders.ts';
import { tagsOfNewProduct } from './product-changes.ts';
import { type ProductDetailsInput, parseDetails } from './product-input.ts';
import { requireCategory } from './require-category.ts';

export interface PublishProductInput extends ProductDetailsInput {
  readonly idempotencyKey?: string | null;
  readonly initialStock: number;
}

/** What publishing a product takes. */
export interface PublishProductDependencies {
  readonly databases: Databases;
  readonly repositories: CatalogRepositories;
  readonly writes: CatalogWrites;
  readonly idempotentCalls: IdempotentCalls;
}

const initialStockSchema = boundedInteger({ min: 0, max: 1_000_000_000 });

/**
 * Puts a product of the viewer's on sale; the same idempotency key answers the product that was published with it. What tells
 * the other subgraphs is written with the product: its stock appears a moment later.
 *
 * @param headerKey of the whole request
 * @returns the product's id
 * @throws CodedError BAD_USER_INPUT, IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID, NOT_FOUND for an unknown category
 * @throws IdempotencyKeyReusedError, IdempotencyKeyBusyError
 */
export async function publishProduct(
  { databases, repositories: { products, categories }, writes, idempotentCalls }: PublishProductDependencies,
  viewer: Viewer,
  { idempotencyKey, ...request }: PublishProductInput,
  headerKey: string | undefined,
): Promise<bigint> {
  const key = requireIdempotencyKey({ field: idempotencyKey, header: headerKey });
  const details = parseDetails(request);
  const initialStock = parseInput(initialStockSchema, request.initialStock, 'initialStock');
  const merchantId = decodeId('user', viewer.userId);
  // Made ahead, because it takes a connection: a transaction that waits for a second one can wait for itself.
  const id = await databases.newId(CATALOG_LOGICAL_SHARD);

  const call = { ownerId: merchantId, operation: 'publishProduct', key, request };
  const publish = () =>
    writes.run((changes) =>
      databases.catalog().$transaction((tx) =>
        runIdempotent(tx, call, async () => {
          await requireCategory(tx, categories, details.categoryId);
          await products.insert(tx, { id, merchantId, ...details });
          const payload = { productId: encodeId('product', id), merchantId: viewer.userId, initialStock };
          await writeOutbox(tx, {
            ...productPublished.about(id, payload),
            producer: PRODUCER,
            logicalShard: CATALOG_LOGICAL_SHARD,
          });
          await changes.invalidate(tx, id, () => tagsOfNewProduct(tx, categories, { id, merchantId, ...details }));
          return { productId: payload.productId };
        }),
      ),
    );
  const { productId } = await idempotentCalls.run(call, publish);
  return decodeId('product', productId);
}
