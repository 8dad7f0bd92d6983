import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue } from '@tributary/runtime/queue/queue';
import { eventually } from '../kit/eventually.ts';
import { collectEvents, makeEvent } from '../kit/queue-contract.ts';
import { createTestQueue } from './rabbitmq-scene.ts';
import { RABBITMQ_START_LIMIT_MS, startTestRabbitMq, type TestRabbitMq } from './rabbitmq-server.ts';

const AGGREGATES = 10;
const EVENTS = 600;
const BATCH_SIZE = 20;
const MAX_WAITING = 100;
/** A broker takes some seconds to start, and more where much else runs. */
const OUTAGE_LIMIT_MS = 120_000;
const OUTAGES = 1;

let broker: TestRabbitMq;
const opened: Queue[] = [];

beforeEach(async () => {
  broker = await startTestRabbitMq();
}, RABBITMQ_START_LIMIT_MS);
afterEach(async () => {
  broker.resume();
  await Promise.all(opened.splice(0).map((queue) => queue.close()));
  await broker.close();
}, OUTAGE_LIMIT_MS);

function openQueue(options: Parameters<typeof createTestQueue>[1] = {}): Queue {
  const queue = createTestQueue(broker.url, options);
  opened.push(queue);
  return queue;
}

/** Publishes events batch by batch as a relay does: a batch stays in the outbox until the queue has it; it keeps pace with consumers. */
function startRelay(
  queue: Queue,
  events: readonly EventEnvelope[],
  untilHandled: (count: number) => Promise<void> = async () => undefined,
) {
  const failures: unknown[] = [];
  let published = 0;
  const done = (async () => {
    while (published < events.length) {
      try {
        await queue.publish(events.slice(published, published + BATCH_SIZE));
        published += BATCH_SIZE;
        await untilHandled(published - MAX_WAITING);
      } catch (error) {
        failures.push(error);
        await new Promise(setImmediate);
      }
    }
  })();
  return { done, failures, published: () => published };
}

/** What passes an inbox: each event once, in the order in which they came first. */
function inboxOf(events: readonly EventEnvelope[]): Map<bigint, EventEnvelope[]> {
  const byAggregate = new Map<bigint, EventEnvelope[]>();
  for (const event of new Map(events.map((each) => [each.id, each])).values()) {
    byAggregate.set(event.aggregateId, [...(byAggregate.get(event.aggregateId) ?? []), event]);
  }
  return byAggregate;
}

describe('the queue while RabbitMQ', () => {
  it(
    'crashes under publishing and consuming loses nothing, keeps the order of each aggregate, and goes on by itself',
    async () => {
      const queue = openQueue();
      const collected = collectEvents();
      await queue.subscribe({ queue: 'crash', eventNames: ['crash.step'], concurrency: 2, handle: collected.handle });
      const events = Array.from({ length: EVENTS }, (_, step) =>
        makeEvent('crash.step', BigInt(step % AGGREGATES), { step }),
      );
      const relay = startRelay(queue, events, collected.untilCount);
      for (let outage = 1; outage <= OUTAGES; outage++) {
        await collected.untilCount((EVENTS / (OUTAGES + 1)) * outage);
        await broker.kill();
        expect(relay.published()).toBeLessThan(EVENTS);
        await broker.start();
      }
      await relay.done;
      await eventually(
        async () => new Set(collected.events.map(({ id }) => id)).size,
        (count) => count === EVENTS,
      );
      const byAggregate = inboxOf(collected.events);
      for (let aggregate = 0n; aggregate < AGGREGATES; aggregate++) {
        const expected = events.filter(({ aggregateId }) => aggregateId === aggregate);
        expect(byAggregate.get(aggregate)).toEqual(expected);
      }
      expect(relay.failures).not.toEqual([]);
      for (const failure of relay.failures) expect(failure).toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    },
    OUTAGE_LIMIT_MS,
  );

  it(
    'hangs refuses events in time, and takes them when it goes on',
    async () => {
      const queue = openQueue({ confirmLimitMs: 300 });
      const collected = collectEvents();
      await queue.subscribe({ queue: 'hang', eventNames: ['hang.step'], concurrency: 1, handle: collected.handle });
      const [first, second] = [makeEvent('hang.step', 1n), makeEvent('hang.step', 1n)];
      await queue.publish([first]);
      await collected.untilCount(1);
      await broker.pause();
      await expect(queue.publish([second])).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      broker.resume();
      await startRelay(queue, [second]).done;
      await eventually(
        async () => collected.events.map(({ id }) => id),
        (ids) => ids.includes(second.id),
      );
    },
    OUTAGE_LIMIT_MS,
  );

  it(
    'hangs can be closed',
    async () => {
      const queue = openQueue();
      const collected = collectEvents();
      await queue.subscribe({ queue: 'close', eventNames: ['close.step'], concurrency: 1, handle: collected.handle });
      await queue.publish([makeEvent('close.step', 1n)]);
      await collected.untilCount(1);
      await broker.pause();
      await queue.close();
      await expect(queue.publish([makeEvent('close.step', 1n)])).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    },
    OUTAGE_LIMIT_MS,
  );

  it(
    'is away lets a service start, which consumes when it comes',
    async () => {
      await broker.kill();
      const errors: Error[] = [];
      const queue = openQueue({ errors });
      const collected = collectEvents();
      await queue.subscribe({ queue: 'late', eventNames: ['late.step'], concurrency: 1, handle: collected.handle });
      expect(errors.map(({ message }) => message)).toContain('late consumes nothing yet, and will as soon as it can');
      const event = makeEvent('late.step', 1n);
      await expect(queue.publish([event])).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      await broker.start();
      await startRelay(queue, [event]).done;
      await collected.untilCount(1);
      expect(collected.events).toEqual([event]);
    },
    OUTAGE_LIMIT_MS,
  );
});
