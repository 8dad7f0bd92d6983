import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import type { EventEnvelope } from '@tributary/prisma/queue/event-envelope';
import type { TableDigest } from '@tributary/prisma/shard-move/shard-rows';
import { eventually } from '../kit/eventually.ts';
import { ShardMoveScene, TARGET } from '../kit/shard-move-scene.ts';

const BUSY_SHARDS = Array.from({ length: 64 }, (_, shard) => shard);

let scene: ShardMoveScene;
beforeAll(async () => {
  scene = await ShardMoveScene.start('shard-move-traffic');
});
afterEach(() => scene.expectEveryRowAtHome());
afterAll(() => scene?.stop());

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
        acknowledged.push(await scene.notify(process, userId));
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'SHARD_MOVING') unexpected.push(error);
      }
    }
  }

  it('loses no acknowledged write, shows every row all the time, and is followed without a restart', async () => {
    for (const shard of BUSY_SHARDS) users.push(await scene.addUser(shard));
    await scene.kit.waitForReplicas();
    const before = await scene.digest('shard_0', BUSY_SHARDS);
    const traffic = scene.processes.flatMap((process, index) => [
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
      ({ version } = await scene.move(BUSY_SHARDS));
      await untilAcknowledged(acknowledged.length + 50);
    } finally {
      isOver = true;
      await Promise.all(traffic);
    }

    expect(unexpected).toEqual([]);
    expect(emptyReads).toBe(0);
    expect(reads).toBeGreaterThan(100);
    for (const process of scene.processes) {
      expect(process.shardMap().version).toBe(version);
      expect(users.map((id) => process.databaseNameOf(id))).toEqual(users.map(() => TARGET));
    }
    const present = await scene.databases
      .shardNamed(TARGET)
      .$primary()
      .notification.findMany({ where: { kind: 'ORDER_CANCELLED' }, select: { id: true } });
    const found = new Set(present.map(({ id }) => id));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(found.size).toBe(acknowledged.length);

    const after = await scene.digest(TARGET, BUSY_SHARDS);
    const unwritten = (digests: TableDigest[]) => digests.filter(({ table }) => table !== 'notifications');
    expect(unwritten(after)).toEqual(unwritten(before));
    expect(before.map(({ rows }) => rows > 0)).toEqual(before.map(() => true));
  });

  it('brings the outbox along, and the relay publishes each event from its new place once', async () => {
    const events: EventEnvelope[] = [];
    const relay = startOutboxRelay({
      databases: scene.databases,
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
