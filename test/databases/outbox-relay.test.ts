import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import { type OutboxRelay, type OutboxRelayOptions, startOutboxRelay } from '@tributary/prisma/outbox/outbox-relay';
import type { EventEnvelope } from '@tributary/prisma/queue/event-envelope';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import { Client } from 'pg';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { collectEvents } from '../kit/queue-contract.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

/** Two logical shards of one database. */
const SHARD = 5;
const NEIGHBOUR = 6;
const OTHER_DATABASE = 900;

let kit: TestDatabases;
let databases: Databases;
const relays: OutboxRelay[] = [];

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'outbox-relay' });
  databases = await openTestDatabases(kit.config, 'outbox-relay');
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});

afterAll(async () => {
  await databases.close();
  await kit.close();
});

function start(options: Omit<OutboxRelayOptions, 'databases' | 'pollIntervalMs' | 'onError'> & { errors?: Error[] }) {
  const { errors = [], ...rest } = options;
  const relay = startOutboxRelay({ databases, pollIntervalMs: 20, onError: (error) => errors.push(error), ...rest });
  relays.push(relay);
  return relay;
}

/** Publishes into a list. */
function collect() {
  const events: EventEnvelope[] = [];
  return {
    events,
    publish: async (batch: EventEnvelope[]) => {
      events.push(...batch);
    },
  };
}

async function write(producer: string, logicalShard: number, ...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    const record = { producer, aggregateId: 77n, name: 'test.happened', version: 2, payload: { number }, logicalShard };
    const run = (tx: SqlTransaction) => writeOutbox(tx, record);
    if (logicalShard === CATALOG_LOGICAL_SHARD) await databases.catalog().$transaction(run);
    else await databases.shardOfLogical(logicalShard).$transaction(run);
  }
}

const numbersOf = (events: readonly EventEnvelope[]) => events.map(({ payload }) => payload['number']);
const countLeft = (producer: string, logicalShard: number) =>
  databases.shardOfLogical(logicalShard).$primary().outboxEvent.count({ where: { producer } });

async function connectTo(logicalShard: number): Promise<Client> {
  const client = new Client({
    connectionString: databases.primaryUrlOf(databases.shardMap().databaseOf(logicalShard)),
  });
  await client.connect();
  return client;
}

describe('an outbox relay', () => {
  it('publishes what was committed on every database, in the order of each, and empties the outbox', async () => {
    const numbers = Array.from({ length: 250 }, (_, index) => index);
    await write('all', SHARD, ...numbers);
    await write('all', OTHER_DATABASE, 1_000);
    await write('all', CATALOG_LOGICAL_SHARD, 2_000);
    const collected = collect();
    start({ producer: 'all', publish: collected.publish });
    await eventually(
      async () => collected.events.length,
      (count) => count === 252,
    );
    expect(numbersOf(collected.events).filter((number) => Number(number) < 1_000)).toEqual(numbers);
    expect(numbersOf(collected.events)).toEqual(expect.arrayContaining([1_000, 2_000]));
    expect(collected.events[0]).toMatchObject({
      id: expect.any(BigInt),
      name: 'test.happened',
      version: 2,
      aggregateId: 77n,
      occurredAt: expect.any(Date),
    });
    await eventually(
      () => countLeft('all', SHARD),
      (count) => count === 0,
    );
  });

  it('publishes nothing of a transaction that was rolled back, and no other producer’s events', async () => {
    await write('mine', SHARD, 1);
    await write('theirs', SHARD, 2);
    const rolledBack = databases.shardOfLogical(SHARD).$transaction(async (tx) => {
      await writeOutbox(tx, {
        producer: 'mine',
        aggregateId: 1n,
        name: 'test.happened',
        version: 1,
        payload: { number: 3 },
        logicalShard: SHARD,
      });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    await write('mine', SHARD, 4);
    const collected = collect();
    start({ producer: 'mine', publish: collected.publish });
    await eventually(
      async () => collected.events.length,
      (count) => count === 2,
    );
    expect(numbersOf(collected.events)).toEqual([1, 4]);
    expect(await countLeft('theirs', SHARD)).toBe(1);
  });

  it('is woken by a commit', async () => {
    const collected = collect();
    const relay = startOutboxRelay({
      databases,
      producer: 'woken',
      publish: collected.publish,
      onError: () => {},
      pollIntervalMs: 1_000_000,
    });
    relays.push(relay);
    await write('woken', SHARD, 1);
    await eventually(
      async () => collected.events.length,
      (count) => count === 1,
    );
    await write('woken', SHARD, 2);
    await eventually(
      async () => collected.events.length,
      (count) => count === 2,
    );
    expect(numbersOf(collected.events)).toEqual([1, 2]);
  });

  it('publishes each event once when several processes run it, one at a time a database', async () => {
    let running = 0;
    let mostRunning = 0;
    const collected = collect();
    const publish = async (events: EventEnvelope[]) => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await new Promise(setImmediate);
      await collected.publish(events);
      running -= 1;
    };
    const numbers = Array.from({ length: 150 }, (_, index) => index);
    for (let process = 0; process < 3; process += 1) start({ producer: 'shared', publish });
    await write('shared', SHARD, ...numbers);
    await eventually(
      async () => collected.events.length,
      (count) => count >= numbers.length,
    );
    expect(numbersOf(collected.events)).toEqual(numbers);
    expect(mostRunning).toBe(1);
  });

  it('keeps the events, reports and tries again, in order, when they cannot be published', async () => {
    const errors: Error[] = [];
    const collected = collect();
    let failures = 2;
    const publish = async (events: EventEnvelope[]) => {
      failures -= 1;
      if (failures >= 0) throw new Error('the broker is down');
      await collected.publish(events);
    };
    await write('retried', SHARD, 1, 2, 3);
    start({ producer: 'retried', publish, errors });
    await eventually(
      async () => collected.events.length,
      (count) => count > 0,
    );
    expect(numbersOf(collected.events)).toEqual([1, 2, 3]);
    expect(errors).toHaveLength(2);
    expect(errors[0]?.message).toContain(databases.shardMap().databaseOf(SHARD));
    expect(errors[0]?.cause).toMatchObject({ message: expect.stringContaining('the broker is down') });
  });

  it('waits with the events of a logical shard that is being moved, and publishes the others meanwhile', async () => {
    await write('moving', SHARD, 1);
    await write('moving', NEIGHBOUR, 2);
    const mover = await connectTo(SHARD);
    await mover.query('SELECT pg_advisory_lock(7700, $1)', [SHARD]);
    const errors: Error[] = [];
    const collected = collect();
    start({ producer: 'moving', publish: collected.publish, errors });
    await eventually(
      async () => collected.events.length,
      (count) => count === 1,
    );
    expect(numbersOf(collected.events)).toEqual([2]);
    await mover.end();
    await eventually(
      async () => collected.events.length,
      (count) => count === 2,
    );
    expect(numbersOf(collected.events)).toEqual([2, 1]);
    expect(errors).toEqual([]);
  });

  it('leaves alone what a move has copied here but not handed over', async () => {
    const target = await connectTo(SHARD);
    await target.query('BEGIN');
    await target.query(`SELECT set_config('tributary.moving_shards', 'on', true)`);
    await target.query(
      `INSERT INTO outbox (id, producer, aggregate_id, name, version, payload)
       SELECT id, 'copied', 1, 'test.happened', 1, '{"number": 1}' FROM next_ids($1, 1) AS id`,
      [OTHER_DATABASE],
    );
    await target.query('COMMIT');
    await target.end();
    await write('copied', SHARD, 2);
    const collected = collect();
    start({ producer: 'copied', publish: collected.publish });
    await eventually(
      async () => collected.events.length,
      (count) => count > 0,
    );
    expect(numbersOf(collected.events)).toEqual([2]);
    expect(await countLeft('copied', SHARD)).toBe(1);
  });

  it('waits for the batch under way when it stops', async () => {
    let isStarted = false;
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await write('stopped', SHARD, 1);
    const relay = start({
      producer: 'stopped',
      publish: async () => {
        isStarted = true;
        await finished;
      },
    });
    await eventually(async () => isStarted, Boolean);
    const stopped = relay.stop();
    finish();
    await stopped;
    expect(await countLeft('stopped', SHARD)).toBe(0);
  });

  it('keeps an event that no queue wants until a consumer asks for it', async () => {
    const queue = createPostgresQueue({ databases, onError: () => {}, pollIntervalMs: 20 });
    const errors: Error[] = [];
    await write('unwanted', SHARD, 1);
    start({ producer: 'unwanted', publish: (events) => queue.publish(events), errors });
    await eventually(
      async () => errors.length,
      (count) => count > 0,
    );
    expect(errors[0]?.cause).toMatchObject({ code: 'UNROUTABLE_EVENT' });
    const collected = collectEvents();
    await queue.subscribe({ queue: 'late', eventNames: ['test.happened'], handle: collected.handle, concurrency: 1 });
    await collected.untilCount(1);
    await queue.close();
    expect(numbersOf(collected.events)).toEqual([1]);
  });
});
