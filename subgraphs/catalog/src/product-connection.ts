import { type Connection, pageArguments, toConnection } from '@tributary/runtime/pagination/connection';
import { cursorOf, type ProductSort, positionOf } from './product-order.ts';
import type { ProductPage, ProductRow } from './product-repository.ts';

/** The arguments that every sorted connection of products has. */
export interface ProductConnectionArguments {
  readonly sort: ProductSort;
  readonly first?: number | null;
  readonly after?: string | null;
}

/**
 * A page of products in the asked-for order.
 *
 * @param load answers one row more than the page has, if there is one
 * @throws CodedError PAGE_SIZE_OUT_OF_RANGE; INVALID_CURSOR, also for a cursor of another order
 */
export async function productConnection(
  { sort, ...args }: ProductConnectionArguments,
  load: (page: ProductPage) => Promise<readonly ProductRow[]>,
): Promise<Connection<ProductRow>> {
  const codec = cursorOf(sort);
  const page = pageArguments(args, { codec });
  return toConnection(await load({ sort, page }), page.first, positionOf, page.after, codec);
}
