import { encodeId } from '@tributary/prisma/ids/typed-id';
import { isOwnerOrAdmin, requireOwnerOrAdmin, requireViewer } from '@tributary/runtime/viewer/guards';
import type { NotificationsContext } from './context.ts';
import type { NotificationRow } from './notification-repository.ts';

/**
 * The notification, for its user and for administrators; null for everybody else, exactly as for an id that is nobody's. Every
 * way to a notification by its id leads through here.
 *
 * @throws CodedError UNAUTHENTICATED for an anonymous caller
 */
export async function findVisibleNotification(
  { viewer, loaders }: NotificationsContext,
  id: bigint,
): Promise<NotificationRow | null> {
  const known = requireViewer(viewer);
  const notification = await loaders.notification.load(id);
  return notification !== null && isOwnerOrAdmin(known, encodeId('user', notification.userId)) ? notification : null;
}

/**
 * Lets a user and administrators see the user's notifications.
 *
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export function requireNotificationsVisible({ viewer }: NotificationsContext, userId: bigint): void {
  requireOwnerOrAdmin(
    viewer,
    encodeId('user', userId),
    "A user's notifications are visible to the user and to administrators",
  );
}
