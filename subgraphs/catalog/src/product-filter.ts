import { decodeId } from '@tributary/prisma/ids/typed-id';
import { type Sql, sql } from '@tributary/prisma/sql/sql-fragment';
import { searchWords } from './product-input.ts';

/** The GraphQL input `ProductFilter`. */
export interface ProductFilter {
  readonly text?: string | null;
  readonly categoryId?: string | null;
  readonly merchantId?: string | null;
  readonly minPriceMinorUnits?: number | null;
  readonly maxPriceMinorUnits?: number | null;
}

/** A condition on a table called `product`. */
export type ProductCondition = Sql;

const isOnSale: ProductCondition = sql`product.status = 'ACTIVE'`;

/**
 * What a product on sale has to fulfil to match a filter.
 *
 * @throws InvalidIdError for an id of another type
 * @throws CodedError BAD_USER_INPUT for a text that nobody types
 */
export function conditionsOf(filter: ProductFilter): ProductCondition[] {
  const conditions = [isOnSale];
  const text = searchWords('filter.text', filter.text ?? '');
  if (text !== '') conditions.push(matchesText(text));
  if (filter.categoryId != null) conditions.push(isWithinCategory(decodeId('category', filter.categoryId)));
  if (filter.merchantId != null) conditions.push(isSoldBy(decodeId('user', filter.merchantId)));
  if (filter.minPriceMinorUnits != null) conditions.push(costsAtLeast(BigInt(filter.minPriceMinorUnits)));
  if (filter.maxPriceMinorUnits != null) conditions.push(costsAtMost(BigInt(filter.maxPriceMinorUnits)));
  return conditions;
}

/** Written exactly as in the index `products_search_idx`, which serves no other expression. */
function matchesText(text: string): ProductCondition {
  return sql`to_tsvector('english', product.title || ' ' || product.description) @@ websearch_to_tsquery('english', ${text})`;
}

/** UNION, not UNION ALL: a tree that somebody bent into a circle would never end. */
function isWithinCategory(categoryId: bigint): ProductCondition {
  return sql`product.category_id = ANY(ARRAY(
    WITH RECURSIVE tree AS (
      SELECT ${categoryId}::bigint AS id
      UNION
      SELECT category.id FROM tree JOIN categories AS category ON category.parent_id = tree.id
    )
    SELECT id FROM tree))`;
}

function isSoldBy(merchantId: bigint): ProductCondition {
  return sql`product.merchant_id = ${merchantId}::bigint`;
}

function costsAtLeast(priceMinor: bigint): ProductCondition {
  return sql`product.price_minor >= ${priceMinor}::bigint`;
}

function costsAtMost(priceMinor: bigint): ProductCondition {
  return sql`product.price_minor <= ${priceMinor}::bigint`;
}
