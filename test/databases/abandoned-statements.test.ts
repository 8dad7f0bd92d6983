import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { readAtLeast, runInDatabaseSession } from '@tributary/prisma/session/database-session';
import { eventually } from '../kit/eventually.ts';
import { type IsolatedDatabases, startIsolatedDatabases } from '../kit/isolated-databases.ts';
import { requireSynchronousReplica } from '../kit/promotion.ts';

const STATEMENT_TIMEOUT_MS = 3_000;
const POOL_SIZE = 2;

let servers: IsolatedDatabases;
let databases: Databases;

beforeAll(async () => {
  servers = await startIsolatedDatabases({ catalogReplicas: 0, shardReplicas: 2 });
  databases = await openDatabases({
    service: 'abandoned',
    readConfig: async () => servers.config,
    poolSize: POOL_SIZE,
    fleetProcesses: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    connectionTimeoutMs: 2_000,
  });
}, 60_000);

afterAll(async () => {
  await databases?.close();
  await servers?.close();
});

afterEach(async () => {
  await servers.catalog.primary.resume();
  for (const replica of servers.shard.replicas) await replica.resume();
});

/** What the server runs for us at the moment. */
async function running(marker: string): Promise<number> {
  const sql = `SELECT FROM pg_stat_activity WHERE application_name = 'abandoned' AND state = 'active' AND query LIKE $1`;
  return withConnection(
    servers.catalog.primary.adminUrlOf('catalog'),
    async (admin) => (await admin.query(sql, [`%${marker}%`])).rowCount ?? 0,
  );
}

const isRunning = (marker: string, count = 1) =>
  eventually(
    () => running(marker),
    (found) => found === count,
  );

/** A request whose deadline the test decides on. */
function request() {
  const aborter = new AbortController();
  return {
    signal: { toAbortSignal: () => aborter.signal },
    giveUp: () => aborter.abort(),
  };
}

const abandoned = { code: 'DATABASE_UNAVAILABLE', reason: 'abandoned' };

describe('a statement that nobody waits for any more', () => {
  it('is cancelled on the server at once, and its connection serves the next one', async () => {
    const { signal, giveUp } = request();
    const reading = runInDatabaseSession(
      async () => await databases.catalog().$queryRaw`SELECT pg_sleep(60)::text /* alone */`,
      {
        signal,
      },
    );
    const failing = expect(reading).rejects.toMatchObject(abandoned);
    await isRunning('alone');
    giveUp();
    await failing;
    expect(await running('alone')).toBe(0);
    const results = await Promise.all([1, 2, 3, 4].map(() => databases.catalog().$queryRaw`SELECT 1 AS one`));
    expect(results).toEqual([[{ one: 1 }], [{ one: 1 }], [{ one: 1 }], [{ one: 1 }]]);
  });

  it('is cancelled in a transaction, which is rolled back and gives its connection back', async () => {
    const { signal, giveUp } = request();
    const writing = runInDatabaseSession(
      () =>
        databases.catalog().$transaction(async (tx) => {
          await tx.category.create({ data: { id: 5n, slug: 'late', name: 'Late', position: 0 } });
          await tx.$queryRaw`SELECT pg_sleep(60)::text /* transaction */`;
        }),
      { signal },
    );
    const failing = expect(writing).rejects.toMatchObject(abandoned);
    await isRunning('transaction');
    giveUp();
    await failing;
    expect(await databases.catalog().category.count()).toBe(0);
    await Promise.all(Array.from({ length: POOL_SIZE }, () => databases.catalog().$transaction([])));
  });

  it('is not even sent when that is known before', async () => {
    const { signal, giveUp } = request();
    giveUp();
    const reading = runInDatabaseSession(async () => await databases.catalog().category.count(), { signal });
    await expect(reading).rejects.toMatchObject(abandoned);
  });

  it('goes on when it fills a cache: somebody else may wait for that', async () => {
    const { signal, giveUp } = request();
    const filling = runInDatabaseSession(
      () =>
        readAtLeast(
          {},
          async () => await databases.catalog().$queryRaw`SELECT 1 AS one, pg_sleep(0.5)::text /* fill */`,
        ),
      { signal },
    );
    await isRunning('fill');
    giveUp();
    expect(await filling).toMatchObject([{ one: 1 }]);
  });

  it('costs those nothing that wait for a connection behind it', async () => {
    const { signal, giveUp } = request();
    const abandonedOnes = Array.from({ length: POOL_SIZE }, () =>
      runInDatabaseSession(async () => await databases.catalog().$queryRaw`SELECT pg_sleep(60)::text /* many */`, {
        signal,
      }),
    );
    const settled = Promise.allSettled(abandonedOnes);
    await isRunning('many', POOL_SIZE);
    const waiting = databases.catalog().$queryRaw`SELECT 2 AS two`.then((rows) => rows);
    giveUp();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await waiting).toEqual([{ two: 2 }]);
  });
});

describe('a server that is frozen', () => {
  it('holds no connection beyond its time, and is used again when it goes on', async () => {
    await servers.catalog.primary.pause();
    const startedAt = performance.now();
    const held = await Promise.allSettled(
      Array.from({ length: 2 * POOL_SIZE }, () => databases.catalog().$transaction((tx) => tx.category.count())),
    );
    expect(held.map((each) => each.status === 'rejected' && each.reason.code)).toEqual(
      Array.from({ length: 2 * POOL_SIZE }, () => 'DATABASE_UNAVAILABLE'),
    );
    expect(performance.now() - startedAt).toBeLessThan(STATEMENT_TIMEOUT_MS + 3_000);
    await servers.catalog.primary.resume();
    await eventually(
      async () => databases.health().catalog.primary.status,
      (status) => status === 'healthy',
    );
    await Promise.all(Array.from({ length: POOL_SIZE }, () => databases.catalog().category.count()));
  }, 30_000);
});

describe('a write that waits for a synchronous replica', () => {
  it('is no success when it is given up meanwhile, though the primary acknowledges it then', async () => {
    const { primary, replicas } = servers.shard;
    await requireSynchronousReplica(primary);
    const id = await databases.newId(3);
    for (const replica of replicas) await replica.pause();
    const { signal, giveUp } = request();
    const data = { id, email: 'a@example.com', displayName: 'Ann', passwordHash: 'hash' };
    const writing = runInDatabaseSession(async () => await databases.shardOfLogical(3).user.create({ data }), {
      signal,
    });
    // SQLSTATE 08007: a transaction of which nobody knows how it ended.
    const failing = expect(writing.catch((error: unknown) => inspect(error))).resolves.toMatch(
      /^DatabaseUnavailableError.*originalCode: '08007'/s,
    );
    await withConnection(primary.adminUrlOf('postgres'), (admin) =>
      eventually(
        async () => (await admin.query("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'")).rowCount,
        (count) => count === 1,
      ),
    );
    giveUp();
    await failing;
  }, 30_000);
});
