import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { DatabaseEvent } from '@tributary/prisma/clients/database-event';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { ShardMovingError } from '@tributary/prisma/errors/shard-moving-error';
import { composeId, logicalShardOf } from '@tributary/prisma/ids/id';
import { InvalidIdError } from '@tributary/prisma/ids/typed-id';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { eventually } from '../kit/eventually.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let kit: TestDatabases;
let config: DatabasesConfig;
let databases: Databases;
let events: DatabaseEvent[];

async function open(service: string): Promise<Databases> {
  return openDatabases({
    service,
    readConfig: async () => config,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 5_000,
    connectionTimeoutMs: 5_000,
    onEvent: (event) => events.push(event),
  });
}

const userOn = (id: bigint) => ({ id, email: `${id}@example.com`, displayName: 'Ann', passwordHash: 'hash' });

/** Writes the next map, in which a logical shard lives in another database, and returns its version. */
async function putInForce(logicalShard: number, database: string): Promise<number> {
  const { version, ranges } = databases.shardMap().withMoved([logicalShard], database);
  const data = { version, ranges: ranges.map((range) => ({ ...range })), note: 'a test' };
  await databases.catalog().shardMapVersion.create({ data });
  return version;
}

async function followsTo(follower: Databases, version: number): Promise<void> {
  await eventually(
    async () => follower.shardMap().version,
    (current) => current === version,
  );
}

/** What a move does to ownership, without its copying. */
async function handOver(logicalShard: number, from: string, to: string): Promise<void> {
  await databases.shardNamed(from).shardOwnership.delete({ where: { logicalShard } });
  await databases.shardNamed(to).shardOwnership.create({ data: { logicalShard } });
}

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'shard-map-following', spareShards: 1 });
}, 60_000);

afterAll(() => kit?.close());

beforeEach(async () => {
  config = kit.config;
  events = [];
  databases = await open('follower');
});

afterEach(() => databases.close());

describe('a process', () => {
  it('finds every shard by id, logical shard and name', () => {
    const map = databases.shardMap();
    expect(map.databaseNames()).toEqual(['shard_0', 'shard_1']);
    expect(databases.allShards().map(({ name }) => name)).toEqual(['shard_0', 'shard_1']);
    for (const logicalShard of [0, 510, 511, 1022]) {
      const id = composeId({ timeMs: Date.now(), logicalShard, sequence: 0 });
      expect(databases.databaseNameOf(id)).toBe(map.databaseOf(logicalShard));
      expect(databases.shardOf(id)).toBe(databases.shardNamed(map.databaseOf(logicalShard)));
    }
    const catalogId = composeId({ timeMs: Date.now(), logicalShard: 1023, sequence: 0 });
    expect(databases.databaseNameOf(catalogId)).toBe('catalog');
    expect(() => databases.shardOf(catalogId)).toThrow(InvalidIdError);
    expect(() => databases.shardNamed('shard_9')).toThrow(RangeError);
  });

  it('makes ids that are unique, ascending and of the logical shard asked for', async () => {
    const batches = await Promise.all(Array.from({ length: 20 }, () => databases.newIds(7, 50)));
    for (const batch of batches) expect(batch).toEqual(batch.toSorted((a, b) => (a < b ? -1 : 1)));
    const ids = batches.flat();
    expect(new Set(ids).size).toBe(1_000);
    expect(new Set(ids.map(logicalShardOf))).toEqual(new Set([7]));
    expect(logicalShardOf((await databases.newIds(1023, 1))[0] ?? 0n)).toBe(1023);
  });

  it('follows a new map without being asked, and tells the catalog which one it has in force', async () => {
    const another = await open('another');
    const version = await putInForce(10, 'shard_1');
    await followsTo(databases, version);
    await followsTo(another, version);
    expect(databases.shardOfLogical(10)).toBe(databases.shardNamed('shard_1'));
    expect(events).toContainEqual({ kind: 'shard-map-changed', version });
    const { shardMapFollower } = databases.catalog().$primary();
    const followers = await eventually(
      () => shardMapFollower.findMany({ orderBy: { service: 'asc' } }),
      (rows) => rows.every((row) => row.version === version),
    );
    expect(followers.map(({ service }) => service)).toEqual(['another', 'follower']);

    await another.close();
    expect((await shardMapFollower.findMany()).map(({ service }) => service)).toEqual(['follower']);
  });

  it('follows also after its connections were cut', async () => {
    await withConnection(kit.adminUrlOf('catalog'), async (admin) => {
      const listeners = `FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN "shard_map"'`;
      await eventually(
        async () => (await admin.query(`SELECT ${listeners}`)).rowCount,
        (count) => count === 1,
      );
      await admin.query(`SELECT pg_terminate_backend(pid) ${listeners}`);
    });
    await eventually(
      async () => events,
      (seen) => seen.some(({ kind }) => kind === 'shard-map-not-followed'),
    );
    await followsTo(databases, await putInForce(11, 'shard_1'));
  });

  it('opens a database that only the newest configuration knows', async () => {
    config = withoutSpare();
    const late = await open('late');
    config = kit.config;
    await followsTo(late, await putInForce(12, 'shard_2'));
    expect(await late.shardOfLogical(12).user.count()).toBe(0);
    await late.close();
  });

  it('keeps its map, says why, and tries again while a database of the newest map is nowhere configured', async () => {
    await databases.close();
    config = withoutSpare();
    await putBackFromSpare();
    databases = await open('follower');
    const { version } = databases.shardMap();
    await putInForce(13, 'shard_2');
    await eventually(
      async () => events,
      (seen) => seen.some((event) => event.kind === 'shard-map-not-followed' && event.reason.includes('shard_2')),
    );
    expect(databases.shardMap().version).toBe(version);
    expect(databases.databaseNameOf(composeId({ timeMs: Date.now(), logicalShard: 13, sequence: 0 }))).toBe('shard_0');

    config = kit.config;
    await followsTo(databases, version + 1);
  });

  function withoutSpare(): DatabasesConfig {
    const { shard_2: _, ...shards } = kit.config.shards;
    return { ...kit.config, shards };
  }

  /** The map of the test before names the spare shard. */
  async function putBackFromSpare(): Promise<void> {
    config = kit.config;
    databases = await open('follower');
    await followsTo(databases, await putInForce(12, 'shard_0'));
    await databases.close();
    config = withoutSpare();
  }
});

describe('a write with an old map', () => {
  it('is run once more where the logical shard lives now', async () => {
    await handOver(20, 'shard_0', 'shard_1');
    await putInForce(20, 'shard_1');
    let runs = 0;
    const id = await databases.withShardRetry(async () => {
      runs += 1;
      const [newId = 0n] = await databases.newIds(20, 1);
      // The first time as a process that has not followed yet.
      const shard = runs === 1 ? databases.shardNamed('shard_0') : databases.shardOf(newId);
      await shard.$transaction((tx) => tx.user.create({ data: userOn(newId) }));
      return newId;
    });
    expect(runs).toBe(2);
    const countIn = (name: string) => databases.shardNamed(name).$primary().user.count({ where: { id } });
    expect([await countIn('shard_0'), await countIn('shard_1')]).toEqual([0, 1]);
  });

  it('is refused as moving while the shard has been handed over and no map says so yet', async () => {
    await handOver(21, 'shard_0', 'shard_1');
    const { runs, write } = userWriter(21);
    await expect(databases.withShardRetry(write)).rejects.toThrow(ShardMovingError);
    expect(runs()).toBe(2);
  });

  it('is refused as moving at once while the shard is being copied', async () => {
    const { runs, write } = userWriter(22);
    await withConnection(kit.adminUrlOf('shard_0'), async (mover) => {
      await mover.query('SELECT pg_advisory_lock(7700, 22)');
      await expect(databases.withShardRetry(write)).rejects.toMatchObject({ code: 'SHARD_MOVING' });
    });
    expect(runs()).toBe(1);
    await expect(databases.withShardRetry(write)).resolves.toMatchObject({ displayName: 'Ann' });
  });

  it('that fails for another reason fails with that reason, and is not run again', async () => {
    let runs = 0;
    const writing = databases.withShardRetry(async () => {
      runs += 1;
      await databases.shardOfLogical(23).$executeRaw`SELECT 1 / 0`;
    });
    await expect(writing).rejects.toMatchObject({ code: 'P2010' });
    expect(runs).toBe(1);
  });

  function userWriter(logicalShard: number) {
    let runs = 0;
    const write = async () => {
      runs += 1;
      const [id = 0n] = await databases.newIds(logicalShard, 1);
      return databases.shardOf(id).user.create({ data: userOn(id) });
    };
    return { write, runs: () => runs };
  }
});
