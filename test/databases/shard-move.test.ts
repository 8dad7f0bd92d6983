import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import type { EventEnvelope } from '@tributary/prisma/queue/event-envelope';
import { GUARDED_TABLES } from '@tributary/prisma/shard-move/guarded-tables';
import { openMoveConnection } from '@tributary/prisma/shard-move/move-connection';
import { type MoveOptions, type MoveStep, moveLogicalShards } from '@tributary/prisma/shard-move/move-logical-shards';
import { digestShardRows, type TableDigest } from '@tributary/prisma/shard-move/shard-rows';
import { readShardStatus } from '@tributary/prisma/shard-move/shard-status';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const TARGET = 'shard_2';
/** Moved under traffic. */
const BUSY_SHARDS = Array.from({ length: 64 }, (_, shard) => shard);
/** Each moved by a test of its own. */
let nextShard = 100;

let kit: TestDatabases;
/** Two processes that know nothing of the target when they start. */
let processes: Databases[];
let databases: Databases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'shard-move', spareShards: 1 });
  let config: DatabasesConfig = { ...kit.config, shards: withoutTarget(kit.config.shards) };
  const readConfig = async () => config;
  processes = [
    await openTestDatabases(config, 'first process', readConfig),
    await openTestDatabases(config, 'second process', readConfig),
  ];
  const [first] = processes;
  if (first === undefined) throw new Error('there is no first process');
  databases = first;
  config = kit.config;
});

afterEach(async () => {
  await expectEveryRowAtHome();
});

afterAll(async () => {
  await Promise.all(processes.map((each) => each.close()));
  await kit.close();
});

function withoutTarget({ [TARGET]: _, ...others }: DatabasesConfig['shards']): DatabasesConfig['shards'] {
  return others;
}

function move(logicalShards: readonly number[], options: Partial<MoveOptions> = {}) {
  return moveLogicalShards({
    config: kit.config,
    logicalShards,
    to: TARGET,
    drainMs: 50,
    waitLimitMs: 10_000,
    onProgress: () => {},
    ...options,
  });
}

/** Ends the move at a step, as the death of its process would: nothing is tidied up. */
function diesAt(deadly: MoveStep): Pick<MoveOptions, 'onProgress'> {
  return {
    onProgress: (step) => {
      if (step === deadly) throw new Error(`died when ${deadly}`);
    },
  };
}

/** A user with a row in each table that moves; the values are those that a careless copy would change. */
async function addUser(logicalShard: number): Promise<bigint> {
  const ids = await databases.newIds(logicalShard, 6);
  const [userId = 0n, sessionId = 0n, orderId = 0n, reviewId = 0n, notificationId = 0n, rejectedId = 0n] = ids;
  await databases.shardOfLogical(logicalShard).$transaction(async (tx) => {
    await tx.user.create({
      data: { id: userId, email: `u${userId}@mail.example`, displayName: 'Ünal "(,)\\" O\'Neil\n', passwordHash: '' },
    });
    await tx.session.create({
      data: {
        id: sessionId,
        userId,
        refreshHash: new Uint8Array([0, 39, 92, 255]),
        expiresAt: new Date('2026-12-31T23:59:59.999Z'),
      },
    });
    const order = { buyerId: userId, currency: 'EUR', totalMinor: 9_007_199_254_740_993n, shippingCountry: 'DE' };
    await tx.order.create({ data: { id: orderId, ...order } });
    await tx.$executeRaw`
      INSERT INTO orders (id, buyer_id, currency, total_minor, shipping_country, rejection)
      VALUES (${rejectedId}, ${userId}, 'EUR', 1, 'DE', 'null')`;
    await tx.orderItem.create({
      data: { orderId, position: 0, productId: 1n, quantity: 1, unitPriceMinor: 9_007_199_254_740_993n },
    });
    await tx.review.create({
      data: { id: reviewId, authorId: userId, productId: 1n, rating: 5, title: '{"a": 1}', body: '\\x00' },
    });
    await tx.notification.create({
      data: { id: notificationId, userId, kind: 'ORDER_CONFIRMED', subjectId: orderId, readAt: new Date() },
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

async function onPrimary<Result>(
  name: string,
  use: (client: Awaited<ReturnType<typeof openMoveConnection>>) => Promise<Result>,
): Promise<Result> {
  const client = await openMoveConnection(kit.config.shards[name]?.primary ?? '');
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const digest = (name: string, shards: readonly number[]): Promise<TableDigest[]> =>
  onPrimary(name, (client) => digestShardRows(client, shards));
const rowsOf = (digests: readonly TableDigest[]) => digests.reduce((sum, { rows }) => sum + rows, 0);

/** Holds after every move that ended well: the map and the databases agree, and no row is anywhere else. */
async function expectEveryRowAtHome(): Promise<void> {
  const { databases: shards } = await readShardStatus(kit.config);
  for (const { name, mapped, owned } of shards) {
    expect({ name, owned }).toEqual({ name, owned: mapped });
    const strays = await onPrimary(name, async (client) => {
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
async function notify(process: Databases, userId: bigint): Promise<bigint> {
  return process.withShardRetry(async () => {
    const [id = 0n] = await process.newIds(logicalShardOf(userId), 1);
    await process.shardOf(userId).notification.create({
      data: { id, userId, kind: 'ORDER_CANCELLED', subjectId: 1n },
    });
    return id;
  });
}

async function findNotification(id: bigint): Promise<bigint | undefined> {
  return (await databases.shardOf(id).$primary().notification.findUnique({ where: { id } }))?.id;
}

describe('moving logical shards under reads and writes', () => {
  const users: bigint[] = [];
  const acknowledged: bigint[] = [];
  let isOver = false;
  let emptyReads = 0;
  let reads = 0;
  const unexpected: unknown[] = [];

  async function keepReading(process: Databases, offset: number): Promise<void> {
    for (let turn = offset; !isOver; turn += 1) {
      const id = users[turn % users.length] ?? 0n;
      const [user, orders] = await Promise.all([
        process.shardOf(id).user.findUnique({ where: { id } }),
        process.shardOf(id).order.count({ where: { buyerId: id } }),
      ]);
      reads += 1;
      if (user === null || orders !== 2) emptyReads += 1;
    }
  }

  async function keepWriting(process: Databases, offset: number): Promise<void> {
    for (let turn = offset; !isOver; turn += 1) {
      const userId = users[turn % users.length] ?? 0n;
      try {
        acknowledged.push(await notify(process, userId));
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'SHARD_MOVING') unexpected.push(error);
      }
    }
  }

  it('loses no acknowledged write, shows every row all the time, and is followed without a restart', async () => {
    for (const shard of BUSY_SHARDS) users.push(await addUser(shard));
    await kit.waitForReplicas();
    const before = await digest('shard_0', BUSY_SHARDS);
    const traffic = processes.flatMap((process, index) => [
      keepReading(process, index * 7),
      keepReading(process, index * 11 + 3),
      keepWriting(process, index * 13),
    ]);
    const untilAcknowledged = (total: number) =>
      eventually(
        async () => acknowledged.length,
        (count) => count >= total,
      );
    let version: number;
    try {
      await untilAcknowledged(50);
      ({ version } = await move(BUSY_SHARDS));
      await untilAcknowledged(acknowledged.length + 50);
    } finally {
      isOver = true;
      await Promise.all(traffic);
    }

    expect(unexpected).toEqual([]);
    expect(emptyReads).toBe(0);
    expect(reads).toBeGreaterThan(100);
    for (const process of processes) {
      expect(process.shardMap().version).toBe(version);
      expect(users.map((id) => process.databaseNameOf(id))).toEqual(users.map(() => TARGET));
    }
    const present = await databases
      .shardNamed(TARGET)
      .$primary()
      .notification.findMany({ where: { kind: 'ORDER_CANCELLED' }, select: { id: true } });
    const found = new Set(present.map(({ id }) => id));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(found.size).toBe(acknowledged.length);

    const after = await digest(TARGET, BUSY_SHARDS);
    const unwritten = (digests: TableDigest[]) => digests.filter(({ table }) => table !== 'notifications');
    expect(unwritten(after)).toEqual(unwritten(before));
    expect(before.map(({ rows }) => rows > 0)).toEqual(before.map(() => true));
  });

  it('brings the outbox along, and the relay publishes each event from its new place once', async () => {
    const events: EventEnvelope[] = [];
    const relay = startOutboxRelay({
      databases,
      producer: 'orders',
      publish: async (batch) => {
        events.push(...batch);
      },
      onError: (error) => unexpected.push(error),
      pollIntervalMs: 20,
    });
    await eventually(
      async () => events.length,
      (count) => count >= users.length,
    );
    await relay.stop();
    expect(unexpected).toEqual([]);
    expect(new Set(events.map(({ id }) => logicalShardOf(id)))).toEqual(new Set(BUSY_SHARDS));
    expect(events).toHaveLength(users.length);
  });
});

describe('a move', () => {
  it('refuses writes with SHARD_MOVING while it copies, and reads go on', async () => {
    const shard = nextShard++;
    const userId = await addUser(shard);
    await kit.waitForReplicas();
    const seen: unknown[] = [];
    await move([shard], {
      onProgress: async (step) => {
        if (step !== 'locked' && step !== 'handed-over') return;
        for (const process of processes) {
          const refusal = await notify(process, userId).catch((error: unknown) => error);
          const user = await process.shardOf(userId).user.findUnique({ where: { id: userId } });
          seen.push([step, (refusal as { code?: unknown }).code, user?.id]);
        }
      },
    });
    expect(seen).toEqual(
      ['locked', 'locked', 'handed-over', 'handed-over'].map((step) => [step, 'SHARD_MOVING', userId]),
    );
    expect(await findNotification(await notify(databases, userId))).toBeDefined();
  });

  it.each<MoveStep>(['locked', 'copied', 'compared', 'replicated', 'granted', 'handed-over', 'published', 'followed'])(
    'that died when %s is healed by running it again',
    async (step) => {
      const shard = nextShard++;
      const userId = await addUser(shard);
      const before = await digest('shard_0', [shard]);
      await expect(move([shard], diesAt(step))).rejects.toThrow(`died when ${step}`);

      // Whatever the step: a write is either refused or kept.
      const written = await notify(databases, userId).catch((error: { code?: unknown }) => error.code);
      expect(typeof written === 'bigint' || written === 'SHARD_MOVING').toBe(true);

      await move([shard]);
      expect(await digest('shard_0', [shard])).toMatchObject(before.map(() => ({ rows: 0 })));
      expect(rowsOf(await digest(TARGET, [shard]))).toBe(rowsOf(before) + (typeof written === 'bigint' ? 1 : 0));
      if (typeof written === 'bigint') expect(await findNotification(written)).toBe(written);
    },
  );

  it('may go elsewhere after it died before the source let go', async () => {
    const shard = nextShard++;
    const userId = await addUser(shard);
    await expect(move([shard], diesAt('granted'))).rejects.toThrow('died');
    const map = await move([shard], { to: 'shard_1' });
    expect(map.databaseOf(shard)).toBe('shard_1');
    expect(
      await databases
        .shardOf(userId)
        .$primary()
        .user.count({ where: { id: userId } }),
    ).toBe(1);
  });

  it('must be finished when it died after the source let go', async () => {
    const shard = nextShard++;
    await addUser(shard);
    await expect(move([shard], diesAt('handed-over'))).rejects.toThrow('died');
    await expect(move([shard], { to: 'shard_1' })).rejects.toThrow(
      'an earlier move to another database was not finished',
    );
    await move([shard]);
  });

  it('changes nothing when it is run again after it ended', async () => {
    const shard = nextShard++;
    await addUser(shard);
    const first = await move([shard]);
    const second = await move([shard]);
    expect(second.version).toBe(first.version);
    expect(rowsOf(await digest(TARGET, [shard]))).toBeGreaterThan(0);
  });

  it('takes logical shards from several databases', async () => {
    const shards = [nextShard++, 900];
    const [one = 0n, other = 0n] = [await addUser(shards[0] ?? 0), await addUser(900)];
    const map = await move(shards);
    expect(shards.map((shard) => map.databaseOf(shard))).toEqual([TARGET, TARGET]);
    const found = await databases
      .shardNamed(TARGET)
      .$primary()
      .user.count({ where: { id: { in: [one, other] } } });
    expect(found).toBe(2);
  });

  it('gives up when a writer does not end in time, and leaves everything as it was', async () => {
    const shard = nextShard++;
    const userId = await addUser(shard);
    const version = databases.shardMap().version;
    await databases.shardOf(userId).$transaction(
      async (tx) => {
        await tx.user.update({ where: { id: userId }, data: { bio: 'in the middle of it' } });
        await expect(move([shard], { waitLimitMs: 50 })).rejects.toMatchObject({
          code: 'SHARD_MOVE_FAILED',
          message: expect.stringContaining('did not end within 50 ms; nothing was changed'),
        });
      },
      { timeout: 20_000 },
    );
    expect(await findNotification(await notify(databases, userId))).toBeDefined();
    await databases.refreshShardMap();
    expect(databases.shardMap().version).toBe(version);
  });

  it('keeps the old rows while a process still uses the old map, and removes them when run again', async () => {
    const shard = nextShard++;
    await addUser(shard);
    const followers = databases.catalog().shardMapFollower;
    await followers.create({ data: { processId: 'straggler', service: 'orders', version: 0 } });
    await expect(move([shard], { waitLimitMs: 100 })).rejects.toThrow('orders straggler still use an older shard map');
    expect(rowsOf(await digest('shard_0', [shard]))).toBeGreaterThan(0);
    await followers.delete({ where: { processId: 'straggler' } });
    await move([shard]);
    expect(rowsOf(await digest('shard_0', [shard]))).toBe(0);
  });

  it('lets new ids begin above those that the source has given out', async () => {
    const shard = nextShard++;
    await onPrimary('shard_0', (client) =>
      client.query('SELECT advance_id_clock(last_value + (86400000::bigint << 12)) FROM id_clock'),
    );
    const [before = 0n] = await databases.newIds(shard, 1);
    await move([shard]);
    await databases.refreshShardMap();
    const [after = 0n] = await databases.newIds(shard, 1);
    expect(databases.databaseNameOf(after)).toBe(TARGET);
    expect(after).toBeGreaterThan(before);
  });

  it('does not run twice at a time', async () => {
    const [first, second] = [nextShard++, nextShard++];
    const refusals: unknown[] = [];
    await move([first], {
      onProgress: async (step) => {
        if (step === 'locked') refusals.push(await move([second]).catch((error: Error) => error.message));
      },
    });
    expect(refusals).toEqual(['another move is under way: wait for its end']);
  });

  it('refuses a target that is not configured', async () => {
    await expect(move([nextShard++], { to: 'shard_9' })).rejects.toThrow(
      'no database is called shard_9; the databases file names shard_0, shard_1, shard_2',
    );
  });
});
