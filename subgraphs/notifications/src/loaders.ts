import type { Databases } from '@tributary/prisma/clients/databases';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { NotificationRepository, NotificationRow } from './notification-repository.ts';

/** One page of one user's notifications. */
export interface NotificationsOfUserKey extends PageArguments {
  userId: bigint;
  isUnreadOnly: boolean;
}

const MAX_UNREAD_COUNT = 100;

/** What one request reads notifications through: one statement a database for all keys of a batch. */
export type NotificationsLoaders = ReturnType<typeof createNotificationsLoaders>;

/** Makes the loaders of one request. They do not ask who the viewer is: that is done in `notification-access.ts`. */
export function createNotificationsLoaders({
  databases,
  notifications,
}: {
  databases: Databases;
  notifications: NotificationRepository;
}) {
  const databaseOf = (id: bigint) => databases.databaseNameOf(id);

  return {
    notification: createBatchLoader<bigint, NotificationRow>({
      name: 'notification',
      keyText: String,
      groupOf: databaseOf,
      missing: null,
      load: async (ids, database) =>
        new Map((await notifications.findByIds(database, ids)).map((row) => [String(row.id), row])),
    }),

    /** Up to `first + 1` notifications, newest first. */
    notificationsOfUser: createBatchLoader<NotificationsOfUserKey, NotificationRow[], NotificationRow[]>({
      name: 'notificationsOfUser',
      keyText: (key) => `${key.userId} ${pageText(key)}`,
      groupOf: (key) => `${databaseOf(key.userId)} ${pageText(key)}`,
      missing: [],
      load: async (keys) => {
        const [sample] = keys;
        if (!sample) return new Map();
        const { isUnreadOnly, first, after } = sample;
        const userIds = keys.map(({ userId }) => userId);
        const query = { userIds, isUnreadOnly, before: after, limit: first + 1 };
        const rows = await notifications.findOfUsers(databaseOf(sample.userId), query);
        return Map.groupBy(rows, ({ userId }) => `${userId} ${pageText(sample)}`);
      },
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

/** Equal for keys that one statement can serve. */
function pageText({ isUnreadOnly, first, after }: NotificationsOfUserKey): string {
  return `first=${first} after=${after ?? ''}${isUnreadOnly ? ' unread' : ''}`;
}
