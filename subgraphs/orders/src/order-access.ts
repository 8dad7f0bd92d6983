import { encodeId } from '@tributary/prisma/ids/typed-id';
import { isOwnerOrAdmin, requireOwnerOrAdmin, requireViewer } from '@tributary/runtime/viewer/guards';
import type { OrdersContext } from './context.ts';
import type { OrderRow } from './order-repository.ts';

/**
 * The order, for its buyer and for administrators; null for everybody else, exactly as for an id that is nobody's. Every way to
 * an order by its id leads through here.
 * @throws CodedError UNAUTHENTICATED for an anonymous caller
 */
export async function findVisibleOrder({ viewer, loaders }: OrdersContext, id: bigint): Promise<OrderRow | null> {
  const known = requireViewer(viewer);
  const order = await loaders.order.load(id);
  return order !== null && isOwnerOrAdmin(known, encodeId('user', order.buyerId)) ? order : null;
}

/**
 * Lets the buyer and administrators see a list of the buyer's orders.
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export function requireOrdersVisible({ viewer }: OrdersContext, buyerId: bigint): void {
  requireOwnerOrAdmin(
    viewer,
    encodeId('user', buyerId),
    "A user's orders are visible to the user and to administrators",
  );
}
