import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BrokerQueues } from '@tributary/runtime/queue/rabbitmq/broker-queues';
import { makeTestAuthority } from '../kit/certificates.ts';
import { eventually } from '../kit/eventually.ts';
import { collectEvents, makeEvent } from '../kit/queue-contract.ts';
import { describeDeadLetterPath } from './dead-letter-path.ts';
import { createTestQueue } from './rabbitmq-scene.ts';
import { RABBITMQ_START_LIMIT_MS, startTestRabbitMq, type TestRabbitMq } from './rabbitmq-server.ts';
import { startTlsFront } from './tls-front.ts';

/** What `npm run queue` runs. */
const COMMAND = fileURLToPath(new URL('../../prisma/src/queue-command.ts', import.meta.url));

let broker: TestRabbitMq;
let queues: BrokerQueues;

beforeAll(async () => {
  broker = await startTestRabbitMq();
  queues = await BrokerQueues.open(broker.url);
}, RABBITMQ_START_LIMIT_MS);

afterAll(async () => {
  await queues.close();
  await broker.close();
});

const run = promisify(execFile);

async function command(...words: string[]): Promise<{ exitCode: number; output: string }> {
  return commandOn(broker.url, ...words);
}

async function commandOn(url: string, ...words: string[]): Promise<{ exitCode: number; output: string }> {
  return commandIn({ TRIBUTARY_QUEUE_URL: url }, ...words);
}

async function commandIn(
  environment: Record<string, string>,
  ...words: string[]
): Promise<{ exitCode: number; output: string }> {
  try {
    const env = { ...process.env, ...environment };
    const { stdout } = await run(process.execPath, [COMMAND, ...words], { env });
    return { exitCode: 0, output: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { exitCode: code, output: stderr };
  }
}

const countDead = async () => (await queues.stats()).reduce((sum, { dead }) => sum + dead, 0);

/** Publishes an event to a queue whose handler cannot handle it, and waits until it is given up. */
/** Ten processes, one after the other, on a machine that may be busy. */
const COMMANDS_LIMIT_MS = 120_000;

async function giveUp(queueName: string, eventName: string) {
  const queue = createTestQueue(broker.url);
  const deadBefore = await countDead();
  await queue.subscribe({
    queue: queueName,
    eventNames: [eventName],
    concurrency: 1,
    handle: async () => {
      throw new Error('no such\n  product');
    },
  });
  const event = makeEvent(eventName, 1n, { note: 'ü' });
  await queue.publish([event]);
  await eventually(countDead, (count) => count === deadBefore + 1);
  await queue.close();
  return event;
}

describe('the queue command on RabbitMQ', () => {
  it(
    'lists what was given up with its reason, and lets one queue or all try again',
    async () => {
      expect(await command('stats')).toEqual({ exitCode: 0, output: 'there is no queue yet\n' });
      const mended = await giveUp('mended', 'mended.step');
      const other = await giveUp('other', 'other.step');
      expect((await command('stats')).output).toBe(
        'mended  waiting 0  dead 1  consumed 0 of 8\nother  waiting 0  dead 1  consumed 0 of 8\n',
      );
      const age = `${Math.floor((Date.now() - mended.occurredAt.getTime()) / 86_400_000)} days old`;
      const mendedLine = `mended  mended.step ${mended.id}  attempts 3  ${age}  no such product\n`;
      const otherLine = `other  other.step ${other.id}  attempts 3  ${age}  no such product\n`;
      expect((await command('dead')).output).toBe(mendedLine + otherLine);
      expect((await command('dead', '--limit', '1')).output).toBe(`${mendedLine}and 1 more\n`);

      expect((await command('replay', '--queue', 'mended')).output).toBe('mended: 1 will be tried again\n');
      expect((await command('dead')).output).toBe(otherLine);
      const queue = createTestQueue(broker.url);
      const collected = collectEvents();
      await queue.subscribe({ queue: 'mended', eventNames: ['mended.step'], concurrency: 1, handle: collected.handle });
      await collected.untilCount(1);
      expect((await command('stats')).output).toContain('mended  waiting 0  dead 0  consumed 8 of 8\n');
      await queue.close();
      expect(collected.events).toEqual([mended]);

      expect((await command('replay')).output).toBe('other: 1 will be tried again\n');
      expect(await command('replay')).toEqual({ exitCode: 0, output: 'no message was given up\n' });
    },
    COMMANDS_LIMIT_MS,
  );

  it('names the queues when there is none of that name, and refuses a limit that is no number', async () => {
    await giveUp('known', 'known.step');
    const unknown = await command('replay', '--queue', 'inventry');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.output).toMatch(/^no queue is called inventry: there are .*known/);
    expect((await command('dead', '--limit', 'all')).exitCode).toBe(2);
  });

  // It is waited for as long as clients wait, while the other tests go on.
  it.concurrent('says that the broker is away, or that its URL is none, without repeating it', async () => {
    const away = await commandOn('amqp://shop:hunter2@127.0.0.1:1', 'stats');
    expect(away).toEqual({ exitCode: 1, output: 'RabbitMQ cannot be reached\n' });
    const wrong = await commandOn('kafka://shop:hunter2@127.0.0.1:1', 'stats');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.output).toContain('TRIBUTARY_QUEUE_URL');
    expect(wrong.output).not.toContain('hunter2');
  });
});

describe('a broker behind TLS', () => {
  it.concurrent('is reached when its certificate is of an authority that is trusted, and not otherwise', async () => {
    const authority = makeTestAuthority('broker authority');
    const front = await startTlsFront(Number(new URL(broker.url).port), authority.issue('broker'));
    const directory = await mkdtemp(join(tmpdir(), 'tributary-amqps-'));
    const trusted = join(directory, 'authority.pem');
    await writeFile(trusted, authority.cert);
    const TRIBUTARY_QUEUE_URL = `amqps://127.0.0.1:${front.port}`;
    try {
      const [known, unknown] = await Promise.all([
        commandIn({ TRIBUTARY_QUEUE_URL, NODE_EXTRA_CA_CERTS: trusted }, 'dead'),
        commandIn({ TRIBUTARY_QUEUE_URL }, 'dead'),
      ]);
      expect(known).toMatchObject({ exitCode: 0 });
      expect(unknown).toEqual({ exitCode: 1, output: 'RabbitMQ cannot be reached\n' });
    } finally {
      await front.close();
      await rm(directory, { recursive: true });
    }
  });
});

describeDeadLetterPath('RabbitMQ', {
  createQueue: () => createTestQueue(broker.url),
  deadEventIds: async (_databases, queue) => {
    const { messages } = await queues.listDead({ limit: 100 });
    return messages.flatMap((message) => (message.queue === queue && message.eventId ? [message.eventId] : []));
  },
  command: async (configFile, ...words) => {
    const { output } = await commandIn(
      { TRIBUTARY_QUEUE_URL: broker.url, TRIBUTARY_DATABASES_FILE: configFile },
      ...words,
    );
    return output;
  },
});
