import type { Databases } from '@tributary/prisma/clients/databases';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { badInput } from '@tributary/runtime/input/bad-input';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { requireStockAccess } from './stock-access.ts';
import { noteStocks, type StockWrites } from './stock-cache.ts';
import type { StockRepository } from './stock-repository.ts';

export interface AdjustStockInput {
  readonly idempotencyKey: string;
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

const maxAvailable = 1_000_000_000;

/**
 * Changes how many units of a product are available. A key answers what it answered first, a refusal too: who tries again
 * after units came in means another change and makes another key.
 *
 * @throws CodedError BAD_USER_INPUT, NOT_FOUND for a product without a stock, UNAUTHENTICATED, FORBIDDEN
 * @throws InvalidIdError, IdempotencyKeyReusedError
 */
export async function adjustStock(
  { databases, stock, writes }: { databases: Databases; stock: StockRepository; writes: StockWrites },
  viewer: Viewer,
  { idempotencyKey, ...request }: AdjustStockInput,
): Promise<AdjustStockResult> {
  const { delta } = request;
  const productId = decodeId('product', request.productId);
  if (delta === 0) throw badInput('delta', 'must be another number than 0');

  const key = { ownerId: decodeId('user', viewer.userId), operation: 'adjustStock', key: idempotencyKey, request };
  const outcome = await writes.run((changes) =>
    databases.catalog().$transaction((tx) =>
      runIdempotent<Outcome>(tx, key, async () => {
        const [current] = await stock.lock(tx, [productId]);
        if (current === undefined) throw new CodedError('NOT_FOUND', `There is no product ${request.productId}`);
        requireStockAccess(viewer, current.merchantId);
        const available = current.available + delta;
        if (available > maxAvailable) throw badInput('delta', `a stock holds at most ${maxAvailable} units`);
        if (available < 0) return { adjusted: false, available: current.available };
        await stock.adjust(tx, productId, delta);
        await noteStocks(changes, tx, [{ ...current, available }]);
        return { adjusted: true };
      }),
    ),
  );
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
