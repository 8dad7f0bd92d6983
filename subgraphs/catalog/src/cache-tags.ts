import { encodeId } from '@tributary/prisma/ids/typed-id';

/** Every list over all products, and every search: changed by each product that enters, leaves or moves. */
export const ALL_PRODUCTS = 'products';

/** The tree of categories. */
export const ALL_CATEGORIES = 'categories';

/** The row of a product. */
export function productTag(id: bigint): string {
  return `product:${encodeId('product', id)}`;
}

/** The row of a category. */
export function categoryTag(id: bigint): string {
  return `category:${encodeId('category', id)}`;
}

/** Which products are in a category or below it, and in which order. */
export function productsOfCategoryTag(id: bigint): string {
  return `${categoryTag(id)}:products`;
}

/** Which products a merchant has. */
export function productsOfMerchantTag(id: bigint): string {
  return `merchant:${encodeId('user', id)}:products`;
}
