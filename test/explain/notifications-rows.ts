import { NotificationRepository } from '@tributary/subgraph-notifications/notification-repository';
import { rowsOf } from './repository-rows.ts';

/** What notifications asks the databases. */
export const notificationsRows = [
  rowsOf(NotificationRepository, {
    findByIds: (notifications, { shard, notificationIds }) => notifications.findByIds(shard, notificationIds),
    findOfUsers: async (notifications, { shard, userIds, notificationIds }) => {
      const before = notificationIds.at(-1) ?? null;
      await notifications.findOfUsers(shard, { userIds, isUnreadOnly: false, before: null, limit: 21 });
      await notifications.findOfUsers(shard, { userIds, isUnreadOnly: true, before, limit: 21 });
    },
    countUnread: (notifications, { shard, userIds }) => notifications.countUnread(shard, { userIds, max: 100 }),
    findOwn: (notifications, { notificationIds: [id = 0n], customerId: userId }) =>
      notifications.findOwn({ id, userId }),
    markRead: (notifications, { notificationIds: [id = 0n], customerId: userId }) =>
      notifications.markRead({ id, userId }),
    insert: (notifications, { newId: id, customerId: userId, orderIds: [subjectId = 0n], onShard }) =>
      onShard((tx) => notifications.insert(tx, { id, userId, kind: 'ORDER_CONFIRMED', subjectId })),
  }),
];
