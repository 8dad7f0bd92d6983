import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { writeOutbox } from '@tributary/prisma/outbox/outbox';
import { listDeadMessages } from '@tributary/prisma/queue/dead-messages';
import { createPostgresQueue } from '@tributary/prisma/queue/postgres-queue';
import type { Queue } from '@tributary/prisma/queue/queue';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { collectEvents, makeEvent } from '../kit/queue-contract.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';
import { describeDeadLetterPath } from '../queue/dead-letter-path.ts';

const COMMAND = fileURLToPath(new URL('../../prisma/src/queue-command.ts', import.meta.url));

let kit: TestDatabases;
let databases: Databases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'dead-messages' });
  databases = await openTestDatabases(kit.config, 'dead-messages');
});

afterAll(async () => {
  await databases.close();
  await kit.close();
});

const run = promisify(execFile);

/** Runs `npm run queue -- …` on the databases of this file. */
async function command(...words: string[]): Promise<{ exitCode: number; output: string }> {
  return commandOn(kit.configFile, ...words);
}

async function commandOn(configFile: string, ...words: string[]): Promise<{ exitCode: number; output: string }> {
  try {
    const { stdout } = await run(process.execPath, [COMMAND, ...words, '--databases', configFile]);
    return { exitCode: 0, output: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { exitCode: code, output: stderr };
  }
}

function createQueue({ maxAttempts = 1 } = {}): Queue {
  return createPostgresQueue({ databases, onError: () => {}, maxAttempts, pollIntervalMs: 20 });
}

const waitingEvent = { producer: 'test', aggregateId: 1n, name: 'waits', version: 1, payload: {}, logicalShard: 0 };

const countDead = () =>
  databases
    .catalog()
    .$primary()
    .queueMessage.count({ where: { deadAt: { not: null } } });

/** Publishes an event to a queue whose handler cannot handle it, and waits until it is given up. */
async function giveUp(queueName: string, eventName: string) {
  const queue = createQueue();
  const deadBefore = await countDead();
  await queue.subscribe({
    queue: queueName,
    eventNames: [eventName],
    concurrency: 1,
    handle: async () => {
      throw new Error('no such\n  product');
    },
  });
  const event = makeEvent(eventName, 1n);
  await queue.publish([event]);
  await eventually(countDead, (count) => count === deadBefore + 1);
  await queue.close();
  return event;
}

describe('the queue command', () => {
  it('lists what was given up, and lets one queue or all try again', async () => {
    expect(await command('dead')).toEqual({ exitCode: 0, output: 'no message was given up\n' });
    const mended = await giveUp('dead.mended', 'mended.step');
    const other = await giveUp('dead.other', 'other.step');
    await databases.shardNamed('shard_0').$transaction((tx) => writeOutbox(tx, waitingEvent));
    const days = Math.floor((Date.now() - mended.occurredAt.getTime()) / 86_400_000);
    const age = `${days} days old`;
    expect((await command('stats')).output).toBe(
      'dead.mended  waiting 0  dead 1\ndead.other  waiting 0  dead 1\n' +
        'outbox of catalog  waiting 0\noutbox of shard_0  waiting 1  oldest 0 min\noutbox of shard_1  waiting 0\n',
    );
    const mendedLine = `dead.mended  mended.step ${mended.id}  attempts 1  ${age}  no such product\n`;
    const otherLine = `dead.other  other.step ${other.id}  attempts 1  ${age}  no such product\n`;
    expect((await command('dead')).output).toBe(mendedLine + otherLine);
    expect((await command('dead', '--limit', '1')).output).toBe(`${mendedLine}and 1 more\n`);

    expect((await command('replay', '--queue', 'dead.mended')).output).toBe('dead.mended: 1 will be tried again\n');
    expect((await command('dead')).output).toBe(otherLine);
    expect((await command('stats')).output).toContain(`dead.mended  waiting 1  dead 0  oldest ${days} days\n`);
    const queue = createQueue();
    const collected = collectEvents();
    await queue.subscribe({
      queue: 'dead.mended',
      eventNames: ['mended.step'],
      concurrency: 1,
      handle: collected.handle,
    });
    await collected.untilCount(1);
    await queue.close();
    expect(collected.events).toEqual([mended]);

    expect((await command('replay')).output).toBe('dead.other: 1 will be tried again\n');
    expect(await command('replay')).toEqual({ exitCode: 0, output: 'no message was given up\n' });
  });

  it('gives a replayed message all its attempts again', async () => {
    const event = await giveUp('dead.again', 'again.step');
    await command('replay', '--queue', 'dead.again');
    const queue = createQueue({ maxAttempts: 1 });
    await queue.subscribe({
      queue: 'dead.again',
      eventNames: ['again.step'],
      concurrency: 1,
      handle: async () => {
        throw new Error('still no such product');
      },
    });
    await eventually(countDead, (count) => count === 1);
    await queue.close();
    const dead = await databases
      .catalog()
      .$primary()
      .queueMessage.findFirst({ where: { queue: 'dead.again' } });
    expect(dead).toMatchObject({ eventId: event.id, attempts: 1, lastError: 'still no such product' });
  });

  it('names the queues when there is none of that name, and refuses a limit that is no number', async () => {
    const unknown = await command('replay', '--queue', 'inventry');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.output).toMatch(/^no queue is called inventry: there are .*dead\.mended/);
    expect((await command('dead', '--limit', 'all')).exitCode).toBe(2);
  });
});

describeDeadLetterPath('Postgres', {
  createQueue: (opened) =>
    createPostgresQueue({
      databases: opened,
      onError: () => {},
      maxAttempts: 3,
      firstRetryMs: 1,
      maxRetryMs: 5,
      pollIntervalMs: 20,
    }),
  deadEventIds: async (opened, queue) => {
    const { messages } = await listDeadMessages(opened.catalog(), { limit: 100 });
    return messages.filter((message) => message.queue === queue).map(({ eventId }) => eventId);
  },
  command: async (configFile, ...words) => (await commandOn(configFile, ...words)).output,
});
