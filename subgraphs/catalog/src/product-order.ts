import { type Sql, sql } from '@tributary/prisma/sql/sql-fragment';
import { type CursorCodec, integerSortedCursor, type SortedPosition } from '@tributary/runtime/pagination/cursor-codec';
import type { ProductRow } from './product-repository.ts';

export type ProductSort = 'NEWEST' | 'PRICE_ASC' | 'PRICE_DESC';

/** Where a product stands in any of the orders: its price in minor units and its id, which breaks ties. */
export type ProductPosition = SortedPosition<bigint>;

interface ProductOrder {
  readonly codec: CursorCodec<ProductPosition>;
  readonly orderBy: Sql;
  /** Keyset pagination (https://use-the-index-luke.com/no-offset): a page costs the same however far back it is. */
  readonly behind: (position: ProductPosition) => Sql;
}

const orders: Readonly<Record<ProductSort, ProductOrder>> = {
  NEWEST: {
    codec: integerSortedCursor('products:newest'),
    orderBy: sql`product.id DESC`,
    behind: ({ id }) => sql`product.id < ${id}::bigint`,
  },
  PRICE_ASC: {
    codec: integerSortedCursor('products:price-ascending'),
    orderBy: sql`product.price_minor, product.id`,
    behind: ({ key, id }) => sql`(product.price_minor, product.id) > (${key}::bigint, ${id}::bigint)`,
  },
  PRICE_DESC: {
    codec: integerSortedCursor('products:price-descending'),
    orderBy: sql`product.price_minor DESC, product.id DESC`,
    behind: ({ key, id }) => sql`(product.price_minor, product.id) < (${key}::bigint, ${id}::bigint)`,
  },
};

/** The cursors of a list in this order; one of another order is refused as INVALID_CURSOR. */
export function cursorOf(sort: ProductSort): CursorCodec<ProductPosition> {
  return orders[sort].codec;
}

/** Where a product stands. */
export function positionOf({ priceMinor, id }: Pick<ProductRow, 'priceMinor' | 'id'>): ProductPosition {
  return { key: priceMinor, id };
}

/** What stands behind ORDER BY, for a table or subquery called `product`. */
export function orderBy(sort: ProductSort): Sql {
  return orders[sort].orderBy;
}

/** The condition for the products that come after a position: none at the start of the list. */
export function behind(sort: ProductSort, position: ProductPosition | null): Sql[] {
  return position === null ? [] : [orders[sort].behind(position)];
}
