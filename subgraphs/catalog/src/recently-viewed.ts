import { encodeId } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { requireViewer } from '@tributary/runtime/viewer/guards';
import type { CatalogContext } from './context.ts';
import type { ProductRow } from './product-repository.ts';

/**
 * The products that the viewer looked at last, the latest first.
 *
 * @param userId whose they are: they are for nobody else, administrators included
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export async function recentlyViewed(
  { viewer, loaders }: CatalogContext,
  userId: bigint,
  page: { readonly first: number },
): Promise<ProductRow[]> {
  if (requireViewer(viewer).userId !== encodeId('user', userId)) {
    throw new CodedError('FORBIDDEN', 'What a user looked at is for that user alone');
  }
  const viewed = await loaders.recentlyViewedOfUser.load({ parentId: userId, page });
  const products = await Promise.all(viewed.map(({ productId }) => loaders.productById.load(productId)));
  return products.filter((product) => product !== null);
}
