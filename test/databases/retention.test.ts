import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { Databases } from '@tributary/prisma/clients/databases';
import { composeId } from '@tributary/prisma/ids/id';
import { type DeletedRows, deleteExpiredRows } from '@tributary/prisma/retention/delete-expired-rows';
import { type RetentionDatabases, startRetentionJob } from '@tributary/prisma/retention/retention-job';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const LOGICAL_SHARD = 5;
const MOVING_SHARD = 6;
const NOTHING: DeletedRows = { inbox: 0, idempotencyKeys: 0, appliedBatches: 0 };

let kit: TestDatabases;
let databases: Databases;
/** The database of both logical shards. */
let home: string;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'retention' });
  databases = await openTestDatabases(kit.config, 'retention');
  home = databases.shardMap().databaseOf(LOGICAL_SHARD);
});

afterAll(async () => {
  await databases.close();
  await kit.close();
});

interface Rows {
  count: number;
  /** How old they are, as Postgres writes intervals. */
  inboxAge: string;
  keyAge: string;
  consumer: string;
}

async function fillShard({ count, inboxAge, keyAge, consumer }: Rows, logicalShard = LOGICAL_SHARD): Promise<void> {
  const ownerId = composeId({ timeMs: Date.UTC(2026, 5, 1), logicalShard, sequence: 0 });
  await databases.shardNamed(home).$transaction(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO inbox (consumer, event_id, logical_shard, received_at)
      SELECT ${consumer}, n, ${logicalShard}::smallint, now() - ${inboxAge}::text::interval FROM generate_series(1, ${count}::integer) AS n`;
    await tx.$executeRaw`
      INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response, created_at)
      SELECT ${ownerId}, ${consumer}, n::text, '', 'null', now() - ${keyAge}::text::interval FROM generate_series(1, ${count}::integer) AS n`;
  });
}

async function fillCatalog({ count, inboxAge, keyAge, consumer }: Rows): Promise<void> {
  await databases.catalog().$transaction(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO inbox (consumer, event_id, received_at)
      SELECT ${consumer}, n, now() - ${inboxAge}::text::interval FROM generate_series(1, ${count}::integer) AS n`;
    await tx.$executeRaw`
      INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response, created_at)
      SELECT 1, ${consumer}, n::text, '', 'null', now() - ${keyAge}::text::interval FROM generate_series(1, ${count}::integer) AS n`;
  });
}

const shard = () => ({ name: home, role: 'shard', client: databases.shardNamed(home) }) as const;
const catalog = () => ({ name: 'catalog', role: 'catalog', client: databases.catalog() }) as const;

describe.each([
  { name: 'the catalog', database: catalog, fill: fillCatalog },
  { name: 'a shard', database: shard, fill: fillShard },
])('the expired rows of $name', ({ database, fill }) => {
  it('are deleted, also those of several batches, and younger ones stay', async () => {
    await fill({ consumer: 'expired', count: 2_500, inboxAge: '7 days 1 minute', keyAge: '24 hours 1 minute' });
    await fill({ consumer: 'young', count: 3, inboxAge: '6 days 23 hours', keyAge: '23 hours 59 minutes' });
    expect(await deleteExpiredRows(database())).toEqual({ ...NOTHING, inbox: 2_500, idempotencyKeys: 2_500 });
    expect(await deleteExpiredRows(database())).toEqual(NOTHING);
    const [left] = await database().client.$primary().$queryRaw<{ inbox: number; keys: number }[]>`
        SELECT (SELECT count(*)::integer FROM inbox) AS inbox, (SELECT count(*)::integer FROM idempotency_keys) AS keys`;
    expect(left).toEqual({ inbox: 3, keys: 3 });
  });

  it('are left to the process that is at it', async () => {
    await fill({ consumer: 'shared', count: 1, inboxAge: '8 days', keyAge: '2 days' });
    await withConnection(kit.adminUrlOf(database().name), async (other) => {
      await other.query('BEGIN; SELECT pg_advisory_xact_lock(7706)');
      expect(await deleteExpiredRows(database())).toEqual(NOTHING);
    });
    expect(await deleteExpiredRows(database())).toEqual({ ...NOTHING, inbox: 1, idempotencyKeys: 1 });
  });
});

describe('the records of batches of counters', () => {
  it('are deleted when no store knows their batches any more', async () => {
    await databases.catalog().$executeRaw`
      INSERT INTO applied_batches (id, applied_at)
      SELECT gen_random_uuid(), now() - age FROM unnest(ARRAY[interval '7 days 1 minute', interval '6 days 23 hours']) AS age`;
    expect(await deleteExpiredRows(catalog())).toEqual({ ...NOTHING, appliedBatches: 1 });
    expect(await databases.catalog().$primary().appliedBatch.count()).toBe(1);
  });
});

describe('the expired rows of a logical shard that is being moved', () => {
  it('stay until the next time, and keep no other row', async () => {
    const rows = { consumer: 'moving', inboxAge: '8 days', keyAge: '2 days' };
    await fillShard({ ...rows, count: 2 }, MOVING_SHARD);
    await fillShard({ ...rows, consumer: 'staying', count: 3 });
    await withConnection(kit.adminUrlOf(home), async (mover) => {
      await mover.query('SELECT pg_advisory_lock(7700, $1)', [MOVING_SHARD]);
      expect(await deleteExpiredRows(shard())).toEqual({ ...NOTHING, inbox: 3, idempotencyKeys: 3 });
    });
    expect(await deleteExpiredRows(shard())).toEqual({ ...NOTHING, inbox: 2, idempotencyKeys: 2 });
  });
});

describe('the retention job', () => {
  it('deletes at its first run, and a shard that fails keeps no other from it', async () => {
    await fillShard({ consumer: 'job', count: 4, inboxAge: '8 days', keyAge: '2 days' });
    const down = {
      $transaction: () => Promise.reject(new Error('no route to host')),
    };
    const withOneDown: RetentionDatabases = {
      catalog: () => databases.catalog(),
      allShards: () => [{ name: 'shard_down', client: down }, ...databases.allShards()],
    };
    const deleted: [string, DeletedRows][] = [];
    const errors: unknown[] = [];
    const job = startRetentionJob({
      databases: withOneDown,
      role: 'shard',
      onOutcome: (...outcome) => deleted.push(outcome),
      onError: (error) => errors.push(error),
    });
    await eventually(
      async () => errors.length,
      (count) => count > 0,
    );
    await job.stop();
    expect(deleted).toEqual([[home, { ...NOTHING, inbox: 4, idempotencyKeys: 4 }]]);
    expect(errors[0]).toMatchObject({ message: 'cannot delete expired rows of shard_down: no route to host' });
  });
});
