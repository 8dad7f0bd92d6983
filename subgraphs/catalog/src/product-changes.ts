import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import { ALL_PRODUCTS, productsOfCategoryTag, productsOfMerchantTag, productTag } from './cache-tags.ts';
import type { CategoryRepository } from './category-repository.ts';
import type { ProductRow } from './product-repository.ts';

type Paths = Pick<CategoryRepository, 'findPathIds'>;

/** What caches show that a new product changes: that there was none by its id, and every list that it enters. */
export async function tagsOfNewProduct(
  tx: SqlTransaction,
  categories: Paths,
  { id, merchantId, categoryId }: Pick<ProductRow, 'id' | 'merchantId' | 'categoryId'>,
): Promise<string[]> {
  const path = await categories.findPathIds(tx, [categoryId]);
  return [productTag(id), productsOfMerchantTag(merchantId), ALL_PRODUCTS, ...path.map(productsOfCategoryTag)];
}

/**
 * What caches show that a change of a product makes untrue: its row, and the lists it enters, leaves or moves in. A merchant's
 * list has all products by their age, so no change moves one there.
 */
export async function tagsOfChangedProduct(
  tx: SqlTransaction,
  categories: Paths,
  before: ProductRow,
  after: ProductRow,
): Promise<string[]> {
  const tags = [productTag(after.id)];
  const isListedAnew =
    before.categoryId !== after.categoryId || before.status !== after.status || before.priceMinor !== after.priceMinor;
  // Other words are found by other searches.
  const isSearchedAnew = before.title !== after.title || before.description !== after.description;
  if (isListedAnew || isSearchedAnew) tags.push(ALL_PRODUCTS);
  if (isListedAnew) {
    const path = await categories.findPathIds(tx, [before.categoryId, after.categoryId]);
    tags.push(...path.map(productsOfCategoryTag));
  }
  return tags;
}
