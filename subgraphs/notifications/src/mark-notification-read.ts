import type { Databases } from '@tributary/prisma/clients/databases';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { NotificationRepository, NotificationRow } from './notification-repository.ts';

export interface MarkNotificationReadDependencies {
  databases: Databases;
  notifications: NotificationRepository;
}

/**
 * Marks a notification of the user's own as read. One that was read before keeps its time.
 *
 * @throws CodedError NOT_FOUND, for one of somebody else just as for none at all
 */
export async function markNotificationRead(
  { databases, notifications }: MarkNotificationReadDependencies,
  own: { id: bigint; userId: bigint },
): Promise<NotificationRow> {
  const marked = await databases.withShardRetry(() => notifications.markRead(own));
  const notification = marked ?? (await notifications.findOwn(own));
  if (notification === null) throw new CodedError('NOT_FOUND', 'You have no notification with this id');
  return notification;
}
