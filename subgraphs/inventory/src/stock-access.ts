import { encodeId } from '@tributary/prisma/ids/typed-id';
import { requireOwnerOrAdmin } from '@tributary/runtime/viewer/guards';
import type { Viewer } from '@tributary/runtime/viewer/viewer';

/**
 * The viewer, who may see what is behind a product's stock and change it: the product's merchant or an administrator.
 *
 * @param merchantId null while inventory has not heard of the product's merchant: then only an administrator may
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export function requireStockAccess(viewer: Viewer | null, merchantId: bigint | null): Viewer {
  const ownerId = merchantId === null ? null : encodeId('user', merchantId);
  return requireOwnerOrAdmin(viewer, ownerId, "This is for the product's merchant and for administrators");
}
