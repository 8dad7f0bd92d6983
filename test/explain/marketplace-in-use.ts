import type { CatalogTransaction } from '@tributary/prisma/clients/catalog-client';
import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { CATALOG_LOGICAL_SHARD, logicalShardOf } from '@tributary/prisma/ids/id';
import { type Seeded, seedDatabases } from '@tributary/prisma/seed/seed-databases';
import { sizeOfScale } from '@tributary/prisma/seed/seed-size';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { Client } from 'pg';

/** What the rows of the EXPLAIN test call repositories with: ids of rows that exist, on one shard where they belong to users. */
export interface MarketplaceInUse {
  readonly databases: Databases;
  /** The database of everything below that belongs to a user: the demo customer's. */
  readonly shard: string;
  readonly customerId: bigint;
  readonly userIds: readonly bigint[];
  readonly email: string;
  readonly merchantIds: readonly bigint[];
  readonly categoryIds: readonly bigint[];
  readonly productIds: readonly bigint[];
  /** Some from every month. */
  readonly orderIds: readonly bigint[];
  readonly reviewIds: readonly bigint[];
  readonly notificationIds: readonly bigint[];
  readonly sessionId: bigint;
  /** An id that no row has, for a new row of the customer's. */
  readonly newId: bigint;
  /** One for a new row of the catalog. */
  readonly newCatalogId: bigint;
  /** Runs writes and takes them back. */
  inCatalog(run: (tx: CatalogTransaction) => PromiseLike<unknown>): Promise<void>;
  onShard(run: (tx: ShardTransaction) => PromiseLike<unknown>): Promise<void>;
}

/** Thrown to roll a transaction back. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/** Seeds databases, and fills the tables that only use fills. */
export async function seedForUse(config: DatabasesConfig): Promise<Seeded> {
  const seeded = await seedDatabases({ config, size: sizeOfScale(1) });
  await run(config.catalog.primary, CATALOG_IN_USE);
  for (const { primary } of Object.values(config.shards)) await run(primary, SHARD_IN_USE);
  return seeded;
}

/** Picks what to call repositories with from databases that `seedForUse` filled. */
export async function pickFromMarketplace(
  databases: Databases,
  { customerId, marketplace }: Seeded,
): Promise<MarketplaceInUse> {
  const shard = databases.databaseNameOf(customerId);
  const users = marketplace.users.filter(({ id }) => databases.databaseNameOf(id) === shard);
  const onShard = databases.shardNamed(shard).$primary();
  const id = { id: true } as const;
  const orders = await onShard.order.findMany({ select: id, orderBy: { id: 'asc' } });
  const reviews = await onShard.review.findMany({ select: id, take: 20 });
  const notifications = await onShard.notification.findMany({ select: id, where: { userId: customerId }, take: 20 });
  const session = await onShard.session.findFirstOrThrow({ select: id, where: { userId: customerId } });
  const [newId = 0n] = await databases.newIds(logicalShardOf(customerId), 1);
  const [newCatalogId = 0n] = await databases.newIds(CATALOG_LOGICAL_SHARD, 1);
  const idOf = (row: { id: bigint }) => row.id;
  return {
    databases,
    shard,
    customerId,
    userIds: users.slice(0, 20).map(idOf),
    email: marketplace.users[0]?.email ?? '',
    merchantIds: marketplace.users.filter(({ role }) => role === 'MERCHANT').map(idOf),
    categoryIds: marketplace.categories.map(idOf),
    productIds: marketplace.products.slice(0, 20).map(idOf),
    orderIds: orders.filter((_, index) => index % 200 === 0).map(idOf),
    reviewIds: reviews.map(idOf),
    notificationIds: notifications.map(idOf),
    sessionId: session.id,
    newId,
    newCatalogId,
    inCatalog: (write) => untilRolledBack(databases.catalog().$transaction(async (tx) => rollBack(await write(tx)))),
    onShard: (write) =>
      untilRolledBack(databases.shardNamed(shard).$transaction(async (tx) => rollBack(await write(tx)))),
  };
}

function rollBack(_result: unknown): never {
  throw new RolledBack();
}

async function untilRolledBack(transaction: Promise<never>): Promise<void> {
  await transaction.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
}

async function run(url: string, script: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(script);
  } finally {
    await client.end();
  }
}

// Outboxes hold many events of a producer whose relay is down: the relays of the others must not wade through those. Nor must
// consumers wade through the many messages that an incident has left behind, older than all others.
const SHARD_IN_USE = `
  INSERT INTO sessions (id, user_id, refresh_hash, family_hash, expires_at)
    SELECT session.id, users.id, decode(md5(session.id::text), 'hex'), '', now() + interval '30 days'
    FROM users, next_ids(logical_shard_of(users.id), 4) AS session (id);
  INSERT INTO outbox (id, producer, aggregate_id, name, version, payload)
    SELECT event.id, CASE WHEN users.id % 50 = 0 THEN 'orders' ELSE 'reviews' END, users.id, 'OrderPlaced', 1, '{}'
    FROM users, next_ids(logical_shard_of(users.id), 4) AS event (id);
  INSERT INTO inbox (consumer, event_id, logical_shard)
    SELECT consumer, outbox.id, logical_shard_of(outbox.id) FROM outbox, unnest(ARRAY['orders', 'notifications']) AS consumer;
  INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response)
    SELECT users.id, operation, n::text, '', 'null'
    FROM users, unnest(ARRAY['placeOrder', 'writeReview']) AS operation, generate_series(1, 3) AS n;
  INSERT INTO notification_deliveries (notification_id, available_at, dead_at)
    SELECT id, now() + CASE WHEN id % 100 = 0 THEN interval '0' ELSE interval '1 hour' END, CASE WHEN id % 101 = 0 THEN now() END
    FROM notifications;
  ANALYZE sessions, outbox, inbox, idempotency_keys, notification_deliveries;`;

const CATALOG_IN_USE = `
  INSERT INTO outbox (id, producer, aggregate_id, name, version, payload)
    SELECT event.id, CASE WHEN n % 50 = 0 THEN 'catalog' ELSE 'inventory' END, event.id, 'ProductPublished', 1, '{}'
    FROM next_ids(1023, 6000) WITH ORDINALITY AS event (id, n);
  INSERT INTO inbox (consumer, event_id)
    SELECT consumer, order_id FROM stock_reservations, unnest(ARRAY['inventory', 'reviews']) AS consumer;
  INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response)
    SELECT user_id, 'publishProduct', n::text, '', 'null' FROM user_directory, generate_series(1, 3) AS n;
  INSERT INTO queue_bindings (queue, event_name)
    SELECT queue, name FROM unnest(ARRAY['inventory', 'notifications', 'reviews']) AS queue, unnest(ARRAY['OrderPlaced', 'OrderCancelled']) AS name;
  INSERT INTO queue_messages (queue, event_id, aggregate_id, name, version, payload, occurred_at)
    SELECT queue, order_id + event, order_id, 'OrderPlaced', 1, '{}', now()
    FROM (SELECT order_id FROM stock_reservations LIMIT 2000) AS orders,
      unnest(ARRAY['inventory', 'notifications', 'reviews']) AS queue, generate_series(1, 2) AS event;
  INSERT INTO queue_messages (queue, event_id, aggregate_id, name, version, payload, occurred_at, dead_at)
    SELECT 'inventory', n, n, 'OrderPlaced', 1, '{}', now(), now() FROM generate_series(1, 20000) AS n;
  INSERT INTO applied_batches (id, applied_at)
    SELECT gen_random_uuid(), now() - n * interval '1 minute' FROM generate_series(1, 6000) AS n;
  INSERT INTO log_in_attempts (bucket, forget_at)
    SELECT 'account:' || n, now() + n * interval '1 second' FROM generate_series(1, 3000) AS n;
  ANALYZE outbox, inbox, idempotency_keys, applied_batches, log_in_attempts, queue_bindings, queue_messages;`;
