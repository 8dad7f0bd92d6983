import type { CounterChange } from '@tributary/runtime/counters/counter-store';
import type { ProductViewsRow } from './product-views-repository.ts';
import type { ProductView } from './recently-viewed-repository.ts';

/** How often each product was looked at. */
export const PRODUCT_VIEWS = 'product-views';
/** When each user last looked at each product. */
export const RECENTLY_VIEWED = 'recently-viewed';

/** One more look at a product. */
export function productViewChange(productId: bigint): CounterChange {
  return { counter: PRODUCT_VIEWS, key: String(productId), amount: 1, merge: 'sum' };
}

/** That a user looked at a product; told twice, the later time counts. */
export function recentlyViewedChange({ userId, productId, viewedAtMs }: ProductView): CounterChange {
  return { counter: RECENTLY_VIEWED, key: `${userId}:${productId}`, amount: viewedAtMs, merge: 'max' };
}

/** What was gathered from `productViewChange`. */
export function productViewsOf(amounts: ReadonlyMap<string, number>): ProductViewsRow[] {
  return [...amounts].map(([key, amount]) => ({ productId: BigInt(key), count: BigInt(amount) }));
}

/** What was gathered from `recentlyViewedChange`. */
export function recentlyViewedOf(amounts: ReadonlyMap<string, number>): ProductView[] {
  return [...amounts].map(([key, viewedAtMs]) => {
    const [userId = '', productId = ''] = key.split(':');
    return { userId: BigInt(userId), productId: BigInt(productId), viewedAtMs };
  });
}
