/** The tables whose rows move with their logical shard, and how a row tells its logical shard: those that the guards watch. */
export const GUARDED_TABLES = [
  { name: 'users', shardOf: 'logical_shard_of(id)' },
  { name: 'sessions', shardOf: 'logical_shard_of(id)' },
  { name: 'orders', shardOf: 'logical_shard_of(id)' },
  { name: 'order_items', shardOf: 'logical_shard_of(order_id)' },
  { name: 'reviews', shardOf: 'logical_shard_of(id)' },
  { name: 'notifications', shardOf: 'logical_shard_of(id)' },
  { name: 'notification_deliveries', shardOf: 'logical_shard_of(notification_id)' },
  { name: 'recently_viewed', shardOf: 'logical_shard_of(user_id)' },
  { name: 'idempotency_keys', shardOf: 'logical_shard_of(owner_id)' },
  { name: 'outbox', shardOf: 'logical_shard_of(id)' },
  { name: 'inbox', shardOf: 'logical_shard' },
] as const;

export type GuardedTable = (typeof GUARDED_TABLES)[number];
