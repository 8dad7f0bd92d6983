import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Queue } from '@tributary/runtime/queue/queue';
import { BrokerConnection } from '@tributary/runtime/queue/rabbitmq/broker-connection';
import { BrokerQueues } from '@tributary/runtime/queue/rabbitmq/broker-queues';
import { EventPublisher } from '@tributary/runtime/queue/rabbitmq/event-publisher';
import { partitionQueueOf } from '@tributary/runtime/queue/rabbitmq/topology';
import { eventually } from '../kit/eventually.ts';
import { collectEvents, makeEvent } from '../kit/queue-contract.ts';
import { type ConsumerProcess, firstSteps, readBegun, startConsumer } from './consumer-process.ts';
import { createTestQueue } from './rabbitmq-scene.ts';
import { RABBITMQ_START_LIMIT_MS, startTestRabbitMq, type TestRabbitMq } from './rabbitmq-server.ts';

const AGGREGATES = 16;
const STEPS = 40;
const TEST_LIMIT_MS = 60_000;

let broker: TestRabbitMq;
let queues: BrokerQueues;
let queue: Queue;
let directory: string;
const consumers: ConsumerProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-consumers-'));
  broker = await startTestRabbitMq();
  queues = await BrokerQueues.open(broker.url);
  queue = createTestQueue(broker.url);
}, RABBITMQ_START_LIMIT_MS);

afterAll(async () => {
  await Promise.all(consumers.map((consumer) => consumer.kill()));
  await queue.close();
  await queues.close();
  await broker.close();
  await rm(directory, { recursive: true, force: true });
});

/** Makes a queue, which then collects. */
async function makeQueue(name: string, eventName: string): Promise<void> {
  const subscription = await queue.subscribe({
    queue: name,
    eventNames: [eventName],
    concurrency: 1,
    handle: async () => undefined,
  });
  await subscription.stop();
}

async function startProcess(name: string, eventName: string, file: string): Promise<ConsumerProcess> {
  const consumer = await startConsumer({ url: broker.url, queue: name, eventName, file });
  consumers.push(consumer);
  return consumer;
}

/** So many steps of each aggregate, step by step. */
async function publishSteps(eventName: string, steps: number, firstStep = 0): Promise<void> {
  for (let step = firstStep; step < firstStep + steps; step++) {
    await queue.publish(
      Array.from({ length: AGGREGATES }, (_, aggregate) => makeEvent(eventName, BigInt(aggregate), { step })),
    );
  }
}

const allSteps = (count: number) => Array.from({ length: count }, (_, step) => step);

async function untilAllBegun(file: string, steps: number): Promise<void> {
  await eventually(
    async () => [...firstSteps(await readBegun(file)).values()].reduce((sum, { length }) => sum + length, 0),
    (count) => count === AGGREGATES * steps,
    { limitMs: TEST_LIMIT_MS },
  );
}

describe('consumer processes of one queue on RabbitMQ', () => {
  it(
    'keep the order of each aggregate while they take turns and are killed',
    async () => {
      const file = join(directory, 'order');
      await makeQueue('order', 'order.step');
      const first = await startProcess('order', 'order.step', file);
      await startProcess('order', 'order.step', file);
      await publishSteps('order.step', STEPS);
      await first.kill();
      await publishSteps('order.step', STEPS, STEPS);
      const third = await startProcess('order', 'order.step', file);
      let published = 2 * STEPS;
      await eventually(
        async () => {
          await publishSteps('order.step', 1, published++);
          return readBegun(file);
        },
        (begun) => begun.some(({ pid }) => pid === third.pid),
      );
      await untilAllBegun(file, published);
      const steps = firstSteps(await readBegun(file));
      for (let aggregate = 0; aggregate < AGGREGATES; aggregate++) {
        expect([aggregate, steps.get(String(aggregate))]).toEqual([aggregate, allSteps(published)]);
      }
      await eventually(
        async () => (await queues.stats()).find((state) => state.queue === 'order'),
        (state) => state?.waiting === 0 && state.dead === 0,
      );
    },
    TEST_LIMIT_MS,
  );

  it(
    'give up an event that takes each of them down, and go on with the next of its aggregate',
    async () => {
      const file = join(directory, 'poison');
      await makeQueue('poison', 'poison.step');
      const poison = makeEvent('poison.step', 1n, { step: 0, isPoison: true });
      await queue.publish([poison, makeEvent('poison.step', 1n, { step: 1 })]);
      const exitCodes: (number | null)[] = [];
      const isOver = async () => (await readBegun(file)).some(({ step }) => step === 1);
      while (!(await isOver())) {
        const consumer = await startProcess('poison', 'poison.step', file);
        const isStillUp = eventually(isOver, (value) => value).then(
          () => 'up' as const,
          () => 'up' as const,
        );
        const end = await Promise.race([consumer.ended, isStillUp]);
        if (end !== 'up') exitCodes.push(end);
        else break;
      }
      expect(new Set(exitCodes)).toEqual(new Set([9]));
      const steps = (await readBegun(file)).map(({ step }) => step);
      expect(steps).toEqual([...exitCodes.map(() => 0), 1]);
      const { messages } = await queues.listDead({ limit: 10 });
      expect(messages).toMatchObject([
        { queue: 'poison', eventId: poison.id, reason: expect.stringContaining('nobody told how that ended') },
      ]);
    },
    TEST_LIMIT_MS,
  );
});

describe('a message on RabbitMQ', () => {
  it('that no publisher has sent is set aside with that reason, and others flow on', async () => {
    const collected = collectEvents();
    await queue.subscribe({ queue: 'strange', eventNames: ['strange.step'], concurrency: 1, handle: collected.handle });
    const connection = new BrokerConnection({ url: broker.url, name: 'stranger', onError: () => undefined });
    const stranger = new EventPublisher({ connection, confirmLimitMs: 5_000 });
    for (let partition = 0; partition < 8; partition++) {
      await stranger.sendTo(partitionQueueOf('strange', partition), {}, 'what is this?');
    }
    await stranger.close();
    await connection.close();
    const event = makeEvent('strange.step', 1n);
    await queue.publish([event]);
    await collected.untilCount(1);
    expect(collected.events).toEqual([event]);
    const dead = await eventually(
      async () => (await queues.listDead({ limit: 100 })).messages.filter((message) => message.queue === 'strange'),
      ({ length }) => length === 8,
    );
    expect(dead[0]).toMatchObject({ eventId: undefined, reason: 'it is no event that a publisher has sent' });
  });
});
