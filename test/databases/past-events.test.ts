import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD, composeId, logicalShardOf, timeOf } from '@tributary/prisma/ids/id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import { relayOutboxBatch } from '@tributary/prisma/outbox/outbox-batch';
import { readPastEvents } from '@tributary/prisma/past-events/past-events';
import { replayPastEvents } from '@tributary/prisma/past-events/replay-past-events';
import { bindQueue } from '@tributary/prisma/queue/message-store';
import { renewPartitions } from '@tributary/prisma/retention/renew-partitions';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const COMMAND = fileURLToPath(new URL('../../prisma/src/queue-command.ts', import.meta.url));
const DAY_MS = 86_400_000;
const run = promisify(execFile);

let kit: TestDatabases;
let databases: Databases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'past-events' });
  databases = await openTestDatabases(kit.config, 'past-events');
});

afterAll(async () => {
  await databases.close();
  await kit.close();
});

/** Writes an event into the outbox of the database that it belongs to. */
async function happen(name: string, aggregateId: bigint): Promise<void> {
  const logicalShard = logicalShardOf(aggregateId);
  const event = { producer: 'shop', name, version: 1, aggregateId, payload: { note: 'ü' }, logicalShard };
  if (logicalShard === CATALOG_LOGICAL_SHARD) await databases.catalog().$transaction((tx) => writeOutbox(tx, event));
  else await databases.shardOf(aggregateId).$transaction((tx) => writeOutbox(tx, event));
}

/** Publishes what is in the outboxes, and returns the ids. */
async function relayAll(publish?: () => Promise<void>): Promise<bigint[]> {
  const ids: bigint[] = [];
  const take = async (events: readonly { id: bigint }[]) => {
    await publish?.();
    ids.push(...events.map(({ id }) => id));
  };
  await relayOutboxBatch({ client: databases.catalog(), role: 'catalog', producer: 'shop', publish: take });
  for (const { client } of databases.allShards()) {
    await relayOutboxBatch({ client, role: 'shard', producer: 'shop', publish: take });
  }
  return ids;
}

const idsSince = async (since: Date) => {
  const ids: bigint[] = [];
  for await (const { id } of readPastEvents(databases, since)) ids.push(id);
  return ids;
};
const queueMessages = (queue: string) =>
  databases
    .catalog()
    .$primary()
    .queueMessage.findMany({ where: { queue }, orderBy: { id: 'asc' } });
const newId = (logicalShard: number) => databases.newId(logicalShard);

describe('what was published', () => {
  it('is kept, each once, and read in the order of its ids from all databases', async () => {
    const since = new Date(Date.now() - 1_000);
    for (const shard of [3, CATALOG_LOGICAL_SHARD, 900, 3, CATALOG_LOGICAL_SHARD])
      await happen('Kept', await newId(shard));
    await expect(relayAll(() => Promise.reject(new Error('the broker is away')))).rejects.toThrow('away');
    expect(await idsSince(since)).toEqual([]);
    const published = await relayAll();
    expect(published).toHaveLength(5);
    expect(await idsSince(since)).toEqual(published.sort((one, other) => (one < other ? -1 : 1)));
  });

  it('is given to a queue again from a moment on, as far as the queue wants it and lacks it', async () => {
    const client = databases.catalog();
    await bindQueue(client, 'late', ['Wanted']);
    await happen('Wanted', await newId(3));
    const [tooEarly = 0n] = await relayAll();
    const since = new Date(timeOf(tooEarly).getTime() + 1);
    await eventually(
      async () => Date.now(),
      (now) => now >= since.getTime(),
    );
    for (const [name, shard] of [
      ['Wanted', 4],
      ['Unwanted', 4],
      ['Wanted', 901],
    ] as const)
      await happen(name, await newId(shard));
    await relayAll();
    expect(await replayPastEvents(databases, { queue: 'late', since })).toBe(2);
    expect(await replayPastEvents(databases, { queue: 'late', since })).toBe(0);
    const messages = await queueMessages('late');
    expect(messages).toMatchObject([{ name: 'Wanted', payload: { note: 'ü' } }, { name: 'Wanted' }]);
    expect(messages.map(({ eventId }) => eventId)).not.toContain(tooEarly);
  });

  it('is not replayed when inboxes may have forgotten it, or to a queue that nobody has', async () => {
    const since = new Date(Date.now() - 6 * DAY_MS - 1_000);
    await expect(idsSince(since)).rejects.toMatchObject({ code: 'REPLAY_TOO_OLD' });
    await expect(replayPastEvents(databases, { queue: 'lat', since: new Date() })).rejects.toMatchObject({
      code: 'UNKNOWN_QUEUE',
      message: expect.stringContaining('late'),
    });
    const command = (...words: string[]) =>
      run(process.execPath, [COMMAND, 'replay', ...words, '--databases', kit.configFile]).catch((error) => error);
    expect(await command('--since', new Date().toISOString())).toMatchObject({ code: 2 });
    expect(await command('--queue', 'late', '--since', '2026-11-23')).toMatchObject({ code: 2 });
    expect(await command('--queue', 'late', '--since', since.toISOString())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('events can be replayed for 6 days'),
    });
  });
});

describe('the partitions of past events', () => {
  it.each(['catalog', 'shard_0'])('of %s are made for the days to come, and dropped after a week', async (name) => {
    const url = kit.adminUrlOf(name);
    const role = name === 'catalog' ? 'catalog' : 'shard';
    const client = role === 'catalog' ? databases.catalog() : databases.shardNamed(name);
    const oldId = composeId({ timeMs: Date.now() - 9 * DAY_MS, logicalShard: 3, sequence: 0 });
    await withConnection(url, async (admin) => {
      await admin.query(`SELECT ensure_id_partitions('past_events', (now() AT TIME ZONE 'UTC')::date - 9, '1 day', 1)`);
      await admin.query(`DROP TABLE ${partitionOf(Date.now() + 2 * DAY_MS)}`);
      await admin.query(
        `INSERT INTO past_events VALUES ($1, 'shop', 1, 'Old', 1, '{}', now()), ($2, 'shop', 1, 'Older', 1, '{}', now())`,
        [oldId, oldId - (1n << 52n)],
      );
    });
    await renewPartitions({ role, client });
    await withConnection(url, async (admin) => {
      const { rows } = await admin.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'past_events'::regclass ORDER BY 1`,
      );
      const days = Array.from({ length: 11 }, (_, day) => partitionOf(Date.now() + (day - 7) * DAY_MS));
      expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(days));
      expect(rows.map((row) => row.name)).not.toContain(partitionOf(Date.now() - 9 * DAY_MS));
      const old = await admin.query(`SELECT name FROM past_events WHERE name LIKE 'Old%'`);
      expect(old.rows).toEqual([]);
    });
  });
});

function partitionOf(timeMs: number): string {
  return `past_events_${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '_')}`;
}
