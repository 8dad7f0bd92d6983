import { DeliveryRepository } from '@tributary/subgraph-notifications/deliveries/delivery-repository';
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
  rowsOf(DeliveryRepository, {
    insert: (deliveries, { newId, onShard }) => onShard((tx) => deliveries.insert(tx, newId)),
    claim: (deliveries, { shard }) => deliveries.claim(shard, { limit: 8, leaseMs: 1_000 }),
    settle: (deliveries, { newId: id }) => deliveries.settle({ id, attempts: 1 }),
    giveBack: async (deliveries, { newId: id }) => {
      await deliveries.giveBack({ id, attempts: 1 }, { reason: 'it answered 500', retryInMs: 1_000 });
      await deliveries.giveBack({ id, attempts: 1 }, { reason: 'it answered 500', retryInMs: 'never' });
    },
    findDead: (deliveries, { shard }) => deliveries.findDead(shard, { limit: 100 }),
    revive: (deliveries, { shard }) => deliveries.revive(shard),
  }),
];
