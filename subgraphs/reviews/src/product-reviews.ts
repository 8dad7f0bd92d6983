import { type Connection, type PageArguments, toConnection } from '@tributary/runtime/pagination/connection';
import type { ReviewsLoaders } from './loaders.ts';
import type { ReviewRow } from './review-repository.ts';

/**
 * A page of a product's reviews: which they are comes from the index, the reviews themselves from their authors' shards. A review
 * that its shard's replica does not have yet is left out; the page's end stays where the index has it, so nothing else is skipped.
 */
export async function loadReviewsOfProduct(
  loaders: Pick<ReviewsLoaders, 'review' | 'reviewIdsOfProduct'>,
  productId: bigint,
  page: PageArguments,
): Promise<Connection<ReviewRow>> {
  const indexed = await loaders.reviewIdsOfProduct.load({ parentId: productId, page });
  const connection = toConnection(indexed, page.first, ({ reviewId }) => reviewId, page.after);
  const reviews = await Promise.all(connection.nodes.map(({ reviewId }) => loaders.review.load(reviewId)));
  const edges = connection.edges.flatMap(({ cursor }, index) => {
    const node = reviews[index];
    return node ? [{ cursor, node }] : [];
  });
  return { edges, nodes: edges.map(({ node }) => node), pageInfo: connection.pageInfo };
}
