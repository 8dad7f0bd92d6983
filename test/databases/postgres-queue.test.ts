import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { DatabaseUnavailableError } from '@tributary/prisma/errors/database-unavailable-error';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import type { Queue } from '@tributary/prisma/queue/queue';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { collectEvents, describeQueue, makeEvent } from '../kit/queue-contract.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let kit: TestDatabases;
let databases: Databases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'postgres-queue' });
  databases = await openTestDatabases(kit.config, 'postgres-queue');
});

afterAll(async () => {
  await databases.close();
  await kit.close();
});

/** What the queue reported goes to `errors`; a handler's failures are part of most tests. */
function createQueue({ leaseMs = 30_000, handlingLimitMs = 60_000, errors = [] as Error[] } = {}): Queue {
  return createPostgresQueue({
    databases,
    onError: (error) => errors.push(error),
    leaseMs,
    handlingLimitMs,
    maxAttempts: 3,
    firstRetryMs: 1,
    maxRetryMs: 5,
    maxAwayRetryMs: 5,
    pollIntervalMs: 20,
  });
}

const messages = () => databases.catalog().$primary().queueMessage;

describeQueue('Postgres', async () => ({
  createQueue,
  deadEventIds: async (queue) => {
    const dead = await messages().findMany({ where: { queue, deadAt: { not: null } } });
    return dead.map(({ eventId }) => eventId);
  },
  countWaiting: (queue) => messages().count({ where: { queue, deadAt: null } }),
}));

describe('the Postgres queue', () => {
  it('takes an event that is published twice while it waits as one', async () => {
    const queue = createQueue();
    const idle = await queue.subscribe({
      queue: 'twice',
      eventNames: ['twice.happened'],
      handle: async () => {},
      concurrency: 1,
    });
    await idle.stop();
    const event = makeEvent('twice.happened', 1n);
    await queue.publish([event]);
    await queue.publish([event]);
    expect(await messages().count({ where: { queue: 'twice', deadAt: null } })).toBe(1);
    await queue.close();
  });

  it('lets a service start while the catalog is away, and consumes when it is back', async () => {
    let isAway = true;
    const unreachable = { database: 'catalog', node: 'localhost', reason: 'unreachable' } as const;
    const queue = createPostgresQueue({
      databases: {
        catalog: () => {
          if (isAway) throw new DatabaseUnavailableError(unreachable, null);
          return databases.catalog();
        },
        primaryUrlOf: (name) => databases.primaryUrlOf(name),
      },
      onError: () => undefined,
    });
    const collected = collectEvents();
    await queue.subscribe({ queue: 'late', eventNames: ['late.step'], concurrency: 1, handle: collected.handle });
    isAway = false;
    const event = makeEvent('late.step', 1n);
    await eventually(
      () =>
        queue.publish([event]).then(
          () => 'published',
          (error: Error) => error.name,
        ),
      (outcome) => outcome === 'published',
    );
    await collected.untilCount(1);
    await queue.close();
    expect(collected.events).toEqual([event]);
  });

  it('renews the lease of a message while its process handles it', async () => {
    const slow = createQueue({ leaseMs: 2_000 });
    const wishes = { queue: 'renewed', eventNames: ['renewed.step'], concurrency: 1 };
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    await slow.subscribe({ ...wishes, handle: () => finished });
    await slow.publish([makeEvent('renewed.step', 1n)]);
    const leaseEnd = async () =>
      (await messages().findMany({ where: { queue: 'renewed', attempts: 1 } }))[0]?.availableAt.getTime();
    const firstEnd = await eventually(leaseEnd, (end) => end !== undefined);
    const idle = createQueue();
    const collected = collectEvents();
    await idle.subscribe({ ...wishes, handle: collected.handle });
    await eventually(leaseEnd, (end) => Number(end) > Number(firstEnd));
    expect(collected.events).toEqual([]);
    finish();
    await Promise.all([slow.close(), idle.close()]);
    expect(await messages().count({ where: { queue: 'renewed' } })).toBe(0);
  });

  it('gives a message to another process when the lease of the first has run out', async () => {
    const errors: Error[] = [];
    const stuck = createQueue({ leaseMs: 30, handlingLimitMs: 0 });
    let release = () => {};
    let isTaken = () => {};
    const taken = new Promise<void>((resolve) => {
      isTaken = resolve;
    });
    const wishes = { queue: 'lease', eventNames: ['lease.step'], concurrency: 1 };
    await stuck.subscribe({
      ...wishes,
      handle: () => {
        isTaken();
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    const event = makeEvent('lease.step', 1n);
    await stuck.publish([event]);
    await taken;
    const healthy = createQueue({ errors });
    const collected = collectEvents();
    await healthy.subscribe({ ...wishes, handle: collected.handle });
    await collected.untilCount(1);
    await healthy.close();
    release();
    await stuck.close();
    expect(collected.events).toEqual([event]);
    expect(await messages().count({ where: { queue: 'lease' } })).toBe(0);
    expect(errors).toEqual([]);
  });

  it('gives up a message that took its processes down at every attempt', async () => {
    const errors: Error[] = [];
    const queue = createQueue({ errors });
    const wishes = { queue: 'crash', eventNames: ['crash.step'], concurrency: 1 };
    const before = await queue.subscribe({ ...wishes, handle: async () => {} });
    await before.stop();
    const poison = makeEvent('crash.step', 1n);
    const next = makeEvent('crash.step', 1n);
    await queue.publish([poison, next]);
    await messages().updateMany({ where: { eventId: poison.id }, data: { attempts: 3 } });
    const collected = collectEvents();
    await queue.subscribe({ ...wishes, handle: collected.handle });
    await collected.untilCount(1);
    await queue.close();
    expect(collected.events).toEqual([next]);
    const [dead] = await messages().findMany({ where: { queue: 'crash' } });
    expect(dead).toMatchObject({ eventId: poison.id, attempts: 4, deadAt: expect.any(Date) });
    expect(dead?.lastError).toContain('within its lease');
  });

  it('says what failed and keeps the last error with the message', async () => {
    const errors: Error[] = [];
    const queue = createQueue({ errors });
    const event = makeEvent('report.step', 1n);
    let attempts = 0;
    let isDone = () => {};
    const done = new Promise<void>((resolve) => {
      isDone = resolve;
    });
    await queue.subscribe({
      queue: 'report',
      eventNames: ['report.step'],
      concurrency: 1,
      handle: async () => {
        attempts += 1;
        if (attempts === 3) isDone();
        throw new Error(`no paper ${attempts}`);
      },
    });
    await queue.publish([event]);
    await done;
    await queue.close();
    expect(errors.map(({ message }) => message)).toEqual([
      `report failed to handle report.step ${event.id} (attempt 1); it will be tried again`,
      `report failed to handle report.step ${event.id} (attempt 2); it will be tried again`,
      `report failed to handle report.step ${event.id} (attempt 3); it is given up`,
    ]);
    expect((await messages().findMany({ where: { queue: 'report' } })).map(({ lastError }) => lastError)).toEqual([
      'no paper 3',
    ]);
  });
});
