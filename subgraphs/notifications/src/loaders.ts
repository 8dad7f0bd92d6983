import type { Databases } from '@tributary/prisma/clients/databases';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import { createPageLoader, pageArgumentsText } from '@tributary/runtime/loaders/page-loader';
import { createRowLoader } from '@tributary/runtime/loaders/row-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { NotificationRepository } from './notification-repository.ts';

/** Which of a user's notifications. */
export interface NotificationsPage extends PageArguments {
  readonly isUnreadOnly: boolean;
}

const MAX_UNREAD_COUNT = 100;

/** What one request reads notifications through: one statement a database for all keys of a batch. */
export type NotificationsLoaders = ReturnType<typeof createNotificationsLoaders>;

/**
 * Makes the loaders of one request. They do not ask who the viewer is: that is done in `notification-access.ts`. Notifications
 * are not cached: one person reads them, mostly once, and expects to see what has just come.
 */
export function createNotificationsLoaders({
  databases,
  notifications,
}: {
  databases: Databases;
  notifications: NotificationRepository;
}) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);

  return {
    notification: createRowLoader({
      name: 'notification',
      databaseOf,
      load: (ids, database) => notifications.findByIds(database, ids),
      idOf: ({ id }) => id,
    }),

    /** Up to `first + 1` notifications, newest first. */
    notificationsOfUser: createPageLoader({
      name: 'notificationsOfUser',
      databaseOf,
      pageText: (page: NotificationsPage) => `${pageArgumentsText(page)}${page.isUnreadOnly ? ' unread' : ''}`,
      load: (userIds, { isUnreadOnly, first, after }, database) =>
        notifications.findOfUsers(database, { userIds, isUnreadOnly, before: after, limit: first + 1 }),
      parentIdOf: ({ userId }) => userId,
    }),

    /** Counted up to 100: nobody needs to know how many more there are. */
    unreadCountOfUser: createBatchLoader<bigint, number, number>({
      name: 'unreadCountOfUser',
      keyText: String,
      groupOf: databaseOf,
      missing: 0,
      load: async (userIds, database) => {
        const counts = await notifications.countUnread(database, { userIds, max: MAX_UNREAD_COUNT });
        return new Map(counts.map(({ userId, count }) => [String(userId), count]));
      },
    }),
  };
}
