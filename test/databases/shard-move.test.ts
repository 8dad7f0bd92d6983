import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { MoveOptions, MoveStep } from '@tributary/prisma/shard-move/move-logical-shards';
import type { TableDigest } from '@tributary/prisma/shard-move/shard-rows';
import { ShardMoveScene, TARGET } from '../kit/shard-move-scene.ts';

/** Each moved by a test of its own. */
let nextShard = 100;

let scene: ShardMoveScene;
beforeAll(async () => {
  scene = await ShardMoveScene.start('shard-move');
});
afterEach(() => scene.expectEveryRowAtHome());
afterAll(() => scene?.stop());

/** Ends the move at a step, as the death of its process would: nothing is tidied up. */
function diesAt(deadly: MoveStep): Pick<MoveOptions, 'onProgress'> {
  return {
    onProgress: (step) => {
      if (step === deadly) throw new Error(`died when ${deadly}`);
    },
  };
}

const rowsOf = (digests: readonly TableDigest[]) => digests.reduce((sum, { rows }) => sum + rows, 0);

describe('a move', () => {
  it('refuses writes with SHARD_MOVING while it copies, and reads go on', async () => {
    const shard = nextShard++;
    const userId = await scene.addUser(shard);
    await scene.kit.waitForReplicas();
    const seen: unknown[] = [];
    await scene.move([shard], {
      onProgress: async (step) => {
        if (step !== 'locked' && step !== 'handed-over') return;
        for (const process of scene.processes) {
          const refusal = await scene.notify(process, userId).catch((error: unknown) => error);
          const user = await process.shardOf(userId).user.findUnique({ where: { id: userId } });
          seen.push([step, (refusal as { code?: unknown }).code, user?.id]);
        }
      },
    });
    expect(seen).toEqual(
      ['locked', 'locked', 'handed-over', 'handed-over'].map((step) => [step, 'SHARD_MOVING', userId]),
    );
    expect(await scene.findNotification(await scene.notify(scene.databases, userId))).toBeDefined();
  });

  it.each<MoveStep>(['locked', 'copied', 'compared', 'replicated', 'granted', 'handed-over', 'published', 'followed'])(
    'that died when %s is healed by running it again',
    async (step) => {
      const shard = nextShard++;
      const userId = await scene.addUser(shard);
      const before = await scene.digest('shard_0', [shard]);
      await expect(scene.move([shard], diesAt(step))).rejects.toThrow(`died when ${step}`);

      // Whatever the step: a write is either refused or kept.
      const written = await scene.notify(scene.databases, userId).catch((error: { code?: unknown }) => error.code);
      expect(typeof written === 'bigint' || written === 'SHARD_MOVING').toBe(true);

      await scene.move([shard]);
      expect(await scene.digest('shard_0', [shard])).toMatchObject(before.map(() => ({ rows: 0 })));
      expect(rowsOf(await scene.digest(TARGET, [shard]))).toBe(rowsOf(before) + (typeof written === 'bigint' ? 1 : 0));
      if (typeof written === 'bigint') expect(await scene.findNotification(written)).toBe(written);
    },
  );

  it('may go elsewhere after it died before the source let go', async () => {
    const shard = nextShard++;
    const userId = await scene.addUser(shard);
    await expect(scene.move([shard], diesAt('granted'))).rejects.toThrow('died');
    const map = await scene.move([shard], { to: 'shard_1' });
    expect(map.databaseOf(shard)).toBe('shard_1');
    expect(
      await scene.databases
        .shardOf(userId)
        .$primary()
        .user.count({ where: { id: userId } }),
    ).toBe(1);
  });

  it('must be finished when it died after the source let go', async () => {
    const shard = nextShard++;
    await scene.addUser(shard);
    await expect(scene.move([shard], diesAt('handed-over'))).rejects.toThrow('died');
    await expect(scene.move([shard], { to: 'shard_1' })).rejects.toThrow(
      'an earlier move to another database was not finished',
    );
    await scene.move([shard]);
  });

  it('changes nothing when it is run again after it ended', async () => {
    const shard = nextShard++;
    await scene.addUser(shard);
    const first = await scene.move([shard]);
    const second = await scene.move([shard]);
    expect(second.version).toBe(first.version);
    expect(rowsOf(await scene.digest(TARGET, [shard]))).toBeGreaterThan(0);
  });

  it('takes logical shards from several databases', async () => {
    const shards = [nextShard++, 900];
    const [one = 0n, other = 0n] = [await scene.addUser(shards[0] ?? 0), await scene.addUser(900)];
    const map = await scene.move(shards);
    expect(shards.map((shard) => map.databaseOf(shard))).toEqual([TARGET, TARGET]);
    const found = await scene.databases
      .shardNamed(TARGET)
      .$primary()
      .user.count({ where: { id: { in: [one, other] } } });
    expect(found).toBe(2);
  });

  it('gives up when a writer does not end in time, and leaves everything as it was', async () => {
    const shard = nextShard++;
    const userId = await scene.addUser(shard);
    const version = scene.databases.shardMap().version;
    await scene.databases.shardOf(userId).$transaction(
      async (tx) => {
        await tx.user.update({ where: { id: userId }, data: { bio: 'in the middle of it' } });
        await expect(scene.move([shard], { waitLimitMs: 50 })).rejects.toMatchObject({
          code: 'SHARD_MOVE_FAILED',
          message: expect.stringContaining('did not end within 50 ms; nothing was changed'),
        });
      },
      { timeout: 20_000 },
    );
    expect(await scene.findNotification(await scene.notify(scene.databases, userId))).toBeDefined();
    await scene.databases.refreshShardMap();
    expect(scene.databases.shardMap().version).toBe(version);
  });

  it('keeps the old rows while a process still uses the old map, and removes them when run again', async () => {
    const shard = nextShard++;
    await scene.addUser(shard);
    const followers = scene.databases.catalog().shardMapFollower;
    await followers.create({ data: { processId: 'straggler', service: 'orders', version: 0 } });
    // As long as replicas may take to catch up, too.
    await expect(scene.move([shard], { waitLimitMs: 2_000 })).rejects.toThrow(
      'orders straggler still use an older shard map',
    );
    expect(rowsOf(await scene.digest('shard_0', [shard]))).toBeGreaterThan(0);
    await followers.delete({ where: { processId: 'straggler' } });
    await scene.move([shard]);
    expect(rowsOf(await scene.digest('shard_0', [shard]))).toBe(0);
  });

  it('lets new ids begin above those that the source has given out', async () => {
    const shard = nextShard++;
    await scene.onPrimary('shard_0', (client) =>
      client.query('SELECT advance_id_clock(last_value + (86400000::bigint << 12)) FROM id_clock'),
    );
    const [before = 0n] = await scene.databases.newIds(shard, 1);
    await scene.move([shard]);
    await scene.databases.refreshShardMap();
    const [after = 0n] = await scene.databases.newIds(shard, 1);
    expect(scene.databases.databaseNameOf(after)).toBe(TARGET);
    expect(after).toBeGreaterThan(before);
  });

  it('does not run twice at a time', async () => {
    const [first, second] = [nextShard++, nextShard++];
    const refusals: unknown[] = [];
    await scene.move([first], {
      onProgress: async (step) => {
        if (step === 'locked') refusals.push(await scene.move([second]).catch((error: Error) => error.message));
      },
    });
    expect(refusals).toEqual(['another move is under way: wait for its end']);
  });

  it('refuses a target that is not configured', async () => {
    await expect(scene.move([nextShard++], { to: 'shard_9' })).rejects.toThrow(
      'no database is called shard_9; the databases file names shard_0, shard_1, shard_2',
    );
  });
});
