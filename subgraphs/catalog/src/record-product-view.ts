import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { CounterStore } from '@tributary/runtime/counters/counter-store';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { productViewChange, recentlyViewedChange } from './view-counters.ts';

export interface RecordProductViewInput {
  readonly productId: string;
}

/** Where views are noted. */
export interface ViewRecording {
  readonly counters: CounterStore;
  /** Told why a view was not noted; who looked is not troubled with it. */
  readonly onError: (error: unknown) => void;
}

/**
 * Notes that somebody looks at a product: one call of the store of counters, and no database. Whether there is such a product
 * shows when the views are written; until then made-up ids can do no more than take up room, which is bounded.
 *
 * @returns whether it was noted
 * @throws InvalidIdError
 */
export async function recordProductView(
  { counters, onError }: ViewRecording,
  viewer: Viewer | null,
  input: RecordProductViewInput,
): Promise<boolean> {
  const productId = decodeId('product', input.productId);
  const changes = [productViewChange(productId)];
  if (viewer !== null) {
    const userId = decodeId('user', viewer.userId);
    changes.push(recentlyViewedChange({ userId, productId, viewedAtMs: Date.now() }));
  }
  try {
    const gathered = await counters.add(changes);
    const full = changes.filter((_, index) => !gathered[index]);
    for (const { counter } of full)
      onError(new Error(`the counter ${counter} is full: views of further keys are dropped`));
    return full.length === 0;
  } catch (error) {
    onError(error);
    return false;
  }
}
