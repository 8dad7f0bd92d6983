import { encodeId } from '@tributary/prisma/ids/typed-id';

/** The row of a review. */
export function reviewTag(id: bigint): string {
  return `review:${encodeId('review', id)}`;
}

/** How a product is rated. */
export function ratingTag(productId: bigint): string {
  return `rating:${encodeId('product', productId)}`;
}

/** Which reviews a product has. */
export function reviewsOfProductTag(productId: bigint): string {
  return `product:${encodeId('product', productId)}:reviews`;
}

/** Which reviews a user has written. */
export function reviewsOfAuthorTag(authorId: bigint): string {
  return `user:${encodeId('user', authorId)}:reviews`;
}
