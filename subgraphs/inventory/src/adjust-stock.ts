import type { Databases } from '@tributary/prisma/clients/databases';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import type { IdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { badInput } from '@tributary/runtime/input/bad-input';
import { requireIdempotencyKey } from '@tributary/runtime/input/idempotency-key';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { publishWith, stockAdjusted } from './events.ts';
import { requireStockAccess } from './stock-access.ts';
import { noteStocks, type StockWrites } from './stock-cache.ts';
import type { StockRepository } from './stock-repository.ts';

export interface AdjustStockInput {
  readonly idempotencyKey?: string | null;
  readonly productId: string;
  readonly delta: number;
}

export type AdjustStockResult =
  | { readonly __typename: 'AdjustStockSuccess'; readonly product: { readonly id: string } }
  | {
      readonly __typename: 'InsufficientStock';
      readonly code: 'INSUFFICIENT_STOCK';
      readonly message: string;
      readonly available: number;
    };

type Outcome = { adjusted: true } | { adjusted: false; available: number };

/** What adjusting a stock takes. */
export interface AdjustStockDependencies {
  readonly databases: Databases;
  readonly stock: StockRepository;
  readonly writes: StockWrites;
  readonly idempotentCalls: IdempotentCalls;
}

const maxAvailable = 1_000_000_000;

/**
 * Changes how many units of a product are available. A key answers what it answered first, a refusal too: who tries again
 * after units came in means another change and makes another key.
 *
 * @param headerKey of the whole request
 * @throws CodedError BAD_USER_INPUT, NOT_FOUND for a product without a stock, UNAUTHENTICATED, FORBIDDEN
 * @throws CodedError IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID
 * @throws InvalidIdError, IdempotencyKeyReusedError, IdempotencyKeyBusyError
 */
export async function adjustStock(
  { databases, stock, writes, idempotentCalls }: AdjustStockDependencies,
  viewer: Viewer,
  { idempotencyKey, ...request }: AdjustStockInput,
  headerKey: string | undefined,
): Promise<AdjustStockResult> {
  const { delta } = request;
  const key = requireIdempotencyKey({ field: idempotencyKey, header: headerKey });
  const productId = decodeId('product', request.productId);
  if (delta === 0) throw badInput('delta', 'must be another number than 0');

  const call = { ownerId: decodeId('user', viewer.userId), operation: 'adjustStock', key, request };
  const adjust = () =>
    writes.run((changes) =>
      databases.catalog().$transaction((tx) =>
        runIdempotent<Outcome>(tx, call, async () => {
          const [current] = await stock.lock(tx, [productId]);
          if (current === undefined) throw new CodedError('NOT_FOUND', `There is no product ${request.productId}`);
          requireStockAccess(viewer, current.merchantId);
          const available = current.available + delta;
          if (available > maxAvailable) throw badInput('delta', `a stock holds at most ${maxAvailable} units`);
          if (available < 0) return { adjusted: false, available: current.available };
          await stock.adjust(tx, productId, delta);
          await noteStocks(changes, tx, [{ ...current, available }]);
          const payload = { productId: request.productId, changedBy: viewer.userId, delta, available };
          await publishWith(tx, stockAdjusted, { aggregateId: productId, payload });
          return { adjusted: true };
        }),
      ),
    );
  const outcome = await idempotentCalls.run(call, adjust);
  return outcome.adjusted
    ? { __typename: 'AdjustStockSuccess', product: { id: request.productId } }
    : insufficientStock(outcome.available);
}

function insufficientStock(available: number): AdjustStockResult {
  return {
    __typename: 'InsufficientStock',
    code: 'INSUFFICIENT_STOCK',
    message: `Only ${available} units are available`,
    available,
  };
}
