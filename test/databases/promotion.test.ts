import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { PostgresServer } from '@tributary/local-stack/postgres/postgres-server';
import type { DatabaseEvent } from '@tributary/prisma/clients/database-event';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import { outboxWriterOf } from '@tributary/prisma/outbox/outbox-writer';
import { type LogPositions, runInDatabaseSession } from '@tributary/prisma/session/database-session';
import type { ObservedStatement } from '@tributary/prisma/sql/observed-statement';
import { withCurrentPrimaries } from '@tributary/prisma/topology/current-primaries';
import { eventually } from '../kit/eventually.ts';
import { type IsolatedDatabases, startIsolatedDatabases } from '../kit/isolated-databases.ts';
import { promoteFurthest, requireSynchronousReplica } from '../kit/promotion.ts';
import { startWriter } from '../kit/steady-writer.ts';

const HERE = 7;
const ELSEWHERE = 700;

let servers: IsolatedDatabases;
let databases: Databases;
let promoted: PostgresServer;
const events: DatabaseEvent[] = [];
const statements: ObservedStatement[] = [];

const nodeOf = (server: PostgresServer) => `127.0.0.1:${server.port}`;
const users = (of: Databases, logicalShard: number) => of.shardOfLogical(logicalShard).user;
const shardHealth = (of: Databases) => of.health().shards.find(({ name }) => name === 'shard_0');
const usersOn = async (server: PostgresServer): Promise<Set<string>> => {
  const sql = 'SELECT id::text FROM users';
  const { rows } = await withConnection(server.adminUrlOf('shard_0'), (client) => client.query<{ id: string }>(sql));
  return new Set(rows.map(({ id }) => id));
};

function open(service: string): Promise<Databases> {
  return openDatabases({
    service,
    readConfig: async () => servers.config,
    poolSize: 8,
    fleetProcesses: 2,
    statementTimeoutMs: 2_000,
    connectionTimeoutMs: 2_000,
    onEvent: (event) => events.push(event),
    onStatement: (statement) => statements.push(statement),
  });
}

const findPromoted = (of: Databases) =>
  eventually(
    async () => shardHealth(of)?.primary,
    (state) => state?.status === 'healthy' && state.node === nodeOf(promoted),
  );

async function newUser(logicalShard: number, of = databases) {
  const id = await of.newId(logicalShard);
  return { id, email: `${id}@example.com`, displayName: 'Ann', passwordHash: 'hash' };
}

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

beforeAll(async () => {
  servers = await startIsolatedDatabases({ catalogReplicas: 0, shardReplicas: 2, hasOtherShard: true });
  await requireSynchronousReplica(servers.shard.primary);
  databases = await open('promotion');
}, 60_000);

afterAll(async () => {
  await databases?.close();
  await servers?.close();
});

describe('under 100 writes a second', () => {
  it('a primary that is killed is replaced by the replica that is promoted, and nothing acknowledged is lost', async () => {
    const writer = startWriter({
      perSecond: 100,
      ids: await databases.newIds(HERE, 10_000),
      write: (id) =>
        users(databases, HERE).create({
          data: { id, email: `${id}@example.com`, displayName: 'Ann', passwordHash: 'hash' },
        }),
    });
    await eventually(
      async () => writer.acknowledged.length,
      (count) => count >= 50,
    );

    await servers.shard.primary.kill();
    await eventually(
      async () => shardHealth(databases)?.primary.status,
      (status) => status === 'unhealthy',
    );
    await eventually(
      async () => events,
      (seen) => seen.some(({ kind }) => kind === 'primary-lost'),
    );
    // Nobody was promoted yet: writes fail at once, reads and other shards go on.
    const refusedMs = await elapsedMs(() =>
      expect(users(databases, HERE).deleteMany()).rejects.toMatchObject({
        code: 'DATABASE_UNAVAILABLE',
        reason: 'without-primary',
        message: 'database shard_0 takes no writes at the moment',
      }),
    );
    expect(refusedMs).toBeLessThan(250);
    expect(await users(databases, HERE).count()).toBeGreaterThan(0);
    await users(databases, ELSEWHERE).create({ data: await newUser(ELSEWHERE) });

    promoted = await promoteFurthest(servers.shard.replicas);
    const resumedAfterMs = await writer.nextAcknowledged();
    expect(resumedAfterMs).toBeLessThan(5_000);
    const before = writer.acknowledged.length;
    await eventually(
      async () => writer.acknowledged.length,
      (count) => count >= before + 50,
    );
    await writer.stop();

    expect(shardHealth(databases)?.primary).toMatchObject({ node: nodeOf(promoted), status: 'healthy' });
    expect(events).toContainEqual({ kind: 'primary-found', database: 'shard_0', node: nodeOf(promoted), timeline: 2 });
    const kept = await usersOn(promoted);
    expect(writer.acknowledged.filter((id) => !kept.has(String(id)))).toEqual([]);
    expect(writer.codes()).toEqual(new Set(['DATABASE_UNAVAILABLE']));
  }, 60_000);
});

describe('the primary that was replaced', () => {
  it('is neither written nor read when it comes back, and serves as nobody until it is made a replica', async () => {
    const { primary: old } = servers.shard;
    await old.start();
    await eventually(
      async () => shardHealth(databases)?.replicas.find(({ node }) => node === nodeOf(old)),
      (state) => state?.status === 'unhealthy' && state.reason.includes('timeline'),
    );
    const before = await usersOn(old);
    statements.length = 0;
    for (let round = 0; round < 20; round += 1) {
      const data = await newUser(HERE);
      await users(databases, HERE).create({ data });
      await users(databases, HERE).count();
    }
    expect(statements.map(({ node }) => node)).not.toContain(nodeOf(old));
    expect(await usersOn(old)).toEqual(before);
  });

  it('is not taken for the primary by a process that starts, though the configuration still says so', async () => {
    const other = await open('started-later');
    try {
      expect(shardHealth(other)?.primary).toMatchObject({ node: nodeOf(promoted), status: 'healthy' });
      const data = await newUser(HERE, other);
      await users(other, HERE).create({ data });
      expect(await usersOn(promoted)).toContain(String(data.id));
    } finally {
      await other.close();
    }
  });
});

describe('a command that writes and ends', () => {
  it('writes to the promoted one, though the configuration still names the one that was replaced', async () => {
    const { catalog, shards } = await withCurrentPrimaries(servers.config);
    const shard = shards['shard_0'];

    expect(shard?.primary).toBe(promoted.urlOf('shard_0'));
    expect(shard?.replicas).toContain(servers.config.shards['shard_0']?.primary);
    expect(catalog).toEqual(servers.config.catalog);
  });
});

describe('a process that sees nothing but the primary that was replaced', () => {
  it('is told by others of the promotion, and writes nothing to it', async () => {
    const known = () =>
      withConnection(servers.catalog.primary.adminUrlOf('catalog'), async (admin) => {
        const { rows } = await admin.query("SELECT timeline FROM known_timelines WHERE database = 'shard_0'");
        return rows;
      });
    await eventually(known, (rows) => rows[0]?.timeline === 2);
    await promoted.pause();
    const other = await open('sees-the-old-one');
    try {
      await expect(users(other, HERE).deleteMany()).rejects.toMatchObject({ reason: 'without-primary' });
      expect(await usersOn(servers.shard.primary)).not.toEqual(new Set());
      await promoted.resume();
      await findPromoted(other);
      await users(other, HERE).create({ data: await newUser(HERE, other) });
    } finally {
      await promoted.resume();
      await other.close();
    }
    // It was frozen for everybody.
    await findPromoted(databases);
  }, 30_000);
});

describe('who has seen a later timeline', () => {
  it('is not answered from an earlier one: the primary of theirs is not known here', async () => {
    const ofPromotion = { shard_0: { timeline: 2, bytes: 1 } };
    const ofFuture = { shard_0: { timeline: 3, bytes: 1 } };
    const count = (seen: LogPositions) =>
      runInDatabaseSession(async () => await users(databases, HERE).count(), { seen });
    expect(await count(ofPromotion)).toBeGreaterThan(0);
    await expect(count(ofFuture)).rejects.toMatchObject({ reason: 'without-primary' });
  });
});

describe('who listens to a primary', () => {
  it('listens to the promoted one from then on', async () => {
    const published: bigint[] = [];
    const failures: Error[] = [];
    const relay = startOutboxRelay({
      databases,
      producer: 'orders',
      publish: async (batch) => {
        published.push(...batch.map(({ id }) => id));
      },
      onError: (error) => failures.push(error),
      // Too late for this test: what arrives in time was notified.
      pollIntervalMs: 60_000,
    });
    try {
      const listeners = `SELECT FROM pg_stat_activity WHERE application_name = 'listen outbox' AND datname = 'shard_0'`;
      await withConnection(promoted.adminUrlOf('shard_0'), (admin) =>
        eventually(
          async () => (await admin.query(listeners)).rowCount,
          (count) => count === 1,
        ),
      );
      await databases.shardOfLogical(HERE).$transaction(async (tx) => {
        const [aggregateId] = await databases.newIds(HERE, 1);
        await outboxWriterOf('orders')(tx, {
          aggregateId: aggregateId ?? 0n,
          name: 'OrderPlaced',
          version: 1,
          payload: {},
        });
      });
      await eventually(
        async () => published.length,
        (count) => count === 1,
      );
      expect(failures).toEqual([]);
    } finally {
      await relay.stop();
    }
  });
});
