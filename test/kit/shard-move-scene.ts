import { expect } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import { GUARDED_TABLES } from '@tributary/prisma/shard-move/guarded-tables';
import { openMoveConnection } from '@tributary/prisma/shard-move/move-connection';
import { type MoveOptions, moveLogicalShards } from '@tributary/prisma/shard-move/move-logical-shards';
import { digestShardRows, type TableDigest } from '@tributary/prisma/shard-move/shard-rows';
import { readShardStatus } from '@tributary/prisma/shard-move/shard-status';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { openTestDatabases } from './open-test-databases.ts';
import { startTestDatabases, type TestDatabases } from './test-databases.ts';

/** Where logical shards are moved to unless a test says otherwise. It has none at first. */
export const TARGET = 'shard_2';

/** Databases of which one is a target for moves, and two processes that know nothing of it when they start. */
export class ShardMoveScene {
  readonly kit: TestDatabases;
  readonly processes: readonly Databases[];
  /** Those of the first process. */
  readonly databases: Databases;

  private constructor(kit: TestDatabases, first: Databases, second: Databases) {
    this.kit = kit;
    this.processes = [first, second];
    this.databases = first;
  }

  /** @param name names the databases, so that no two test files share any */
  static async start(name: string): Promise<ShardMoveScene> {
    const kit = await startTestDatabases({ name, spareShards: 1 });
    let config: DatabasesConfig = { ...kit.config, shards: withoutTarget(kit.config.shards) };
    const readConfig = async () => config;
    const first = await openTestDatabases(config, 'first process', readConfig);
    const second = await openTestDatabases(config, 'second process', readConfig);
    config = kit.config;
    return new ShardMoveScene(kit, first, second);
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.close()));
    await this.kit.close();
  }

  move(logicalShards: readonly number[], options: Partial<MoveOptions> = {}) {
    return moveLogicalShards({
      config: this.kit.config,
      logicalShards,
      to: TARGET,
      drainMs: 50,
      waitLimitMs: 10_000,
      onProgress: () => {},
      ...options,
    });
  }

  /** A user with a row in each table that moves; the values are those that a careless copy would change. */
  async addUser(logicalShard: number): Promise<bigint> {
    const ids = await this.databases.newIds(logicalShard, 6);
    const [userId = 0n, sessionId = 0n, orderId = 0n, reviewId = 0n, notificationId = 0n, rejectedId = 0n] = ids;
    await this.databases.shardOfLogical(logicalShard).$transaction(async (tx) => {
      await tx.user.create({
        data: { id: userId, email: `u${userId}@mail.example`, displayName: 'Ünal "(,)\\" O\'Neil\n', passwordHash: '' },
      });
      await tx.session.create({
        data: {
          id: sessionId,
          userId,
          familyHash: new Uint8Array([255, 92, 39, 0]),
          refreshHash: new Uint8Array([0, 39, 92, 255]),
          expiresAt: new Date('2026-12-31T23:59:59.999Z'),
        },
      });
      const order = { buyerId: userId, currency: 'EUR', totalMinor: 9_007_199_254_740_993n, shippingCountry: 'DE' };
      await tx.order.create({ data: { id: orderId, ...order } });
      await tx.$executeRaw`
        INSERT INTO orders (id, buyer_id, status, currency, total_minor, shipping_country, rejection)
        VALUES (${rejectedId}, ${userId}, 'REJECTED', 'EUR', 1, 'DE', 'null')`;
      await tx.orderItem.create({
        data: { orderId, position: 0, productId: 1n, quantity: 1, unitPriceMinor: 9_007_199_254_740_993n },
      });
      await tx.review.create({
        data: { id: reviewId, authorId: userId, productId: 1n, rating: 5, title: '{"a": 1}', body: '\\x00' },
      });
      await tx.notification.create({
        data: { id: notificationId, userId, kind: 'ORDER_CONFIRMED', subjectId: orderId, readAt: new Date() },
      });
      await tx.notificationDelivery.create({ data: { notificationId, lastError: 'it answered 500' } });
      await tx.recentlyViewed.create({
        data: { userId, productId: 1n, viewedAt: new Date('2026-11-01T00:00:00.001Z') },
      });
      await runIdempotent(tx, { ownerId: userId, operation: 'placeOrder', key: 'ключ', request: {} }, async () => ({
        orderId: orderId.toString(),
      }));
      await writeOutbox(tx, {
        producer: 'orders',
        aggregateId: orderId,
        name: 'order.placed',
        version: 1,
        payload: { orderId: orderId.toString() },
        logicalShard,
      });
      await recordInInbox(tx, { consumer: 'orders', eventId: orderId, logicalShard });
    });
    return userId;
  }

  async onPrimary<Result>(
    name: string,
    use: (client: Awaited<ReturnType<typeof openMoveConnection>>) => Promise<Result>,
  ): Promise<Result> {
    const client = await openMoveConnection(this.kit.config.shards[name]?.primary ?? '');
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  }

  digest(name: string, shards: readonly number[]): Promise<TableDigest[]> {
    return this.onPrimary(name, (client) => digestShardRows(client, shards));
  }

  /** Holds after every move that ended well: the map and the databases agree, and no row is anywhere else. */
  async expectEveryRowAtHome(): Promise<void> {
    const { databases: shards } = await readShardStatus(this.kit.config);
    for (const { name, mapped, owned } of shards) {
      expect({ name, owned }).toEqual({ name, owned: mapped });
      const strays = await this.onPrimary(name, async (client) => {
        const counts = GUARDED_TABLES.map(
          (table) =>
            `(SELECT count(*) FROM ${table.name} WHERE ${table.shardOf} <> ALL($1::integer[]))::int AS ${table.name}`,
        );
        return (await client.query<Record<string, number>>(`SELECT ${counts.join(', ')}`, [mapped])).rows[0];
      });
      expect({ name, ...strays }).toEqual({
        name,
        ...Object.fromEntries(GUARDED_TABLES.map((table) => [table.name, 0])),
      });
    }
  }

  /** Writes a notification as a service does, and returns its id. */
  async notify(process: Databases, userId: bigint): Promise<bigint> {
    return process.withShardRetry(async () => {
      const [id = 0n] = await process.newIds(logicalShardOf(userId), 1);
      await process.shardOf(userId).notification.create({
        data: { id, userId, kind: 'ORDER_CANCELLED', subjectId: 1n },
      });
      return id;
    });
  }

  async findNotification(id: bigint): Promise<bigint | undefined> {
    return (await this.databases.shardOf(id).$primary().notification.findUnique({ where: { id } }))?.id;
  }
}

function withoutTarget({ [TARGET]: _, ...others }: DatabasesConfig['shards']): DatabasesConfig['shards'] {
  return others;
}
