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
  { first, after }: PageArguments,
): Promise<Connection<ReviewRow>> {
  const ids = await loaders.reviewIdsOfProduct.load({ parentId: productId, first, after });
  const page = toConnection(ids, first, (id) => id, after);
  const reviews = await Promise.all(page.nodes.map((id) => loaders.review.load(id)));
  const edges = page.edges.flatMap(({ cursor }, index) => {
    const node = reviews[index];
    return node ? [{ cursor, node }] : [];
  });
  return { edges, nodes: edges.map(({ node }) => node), pageInfo: page.pageInfo };
}
