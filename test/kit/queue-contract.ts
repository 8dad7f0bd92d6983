import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventEnvelope } from '@tributary/prisma/queue/event-envelope';
import type { Queue } from '@tributary/prisma/queue/queue';
import { eventually } from './eventually.ts';

export interface QueueContractOptions {
  /** Makes a queue on the broker under test, which retries a failed message after a few milliseconds; three attempts may end in a defect. */
  createQueue: () => Queue;
  /** Messages of a queue that were given up, by event id. */
  deadEventIds: (queue: string) => Promise<bigint[]>;
  /** Messages of a queue that are neither handled nor given up. */
  countWaiting: (queue: string) => Promise<number>;
}

let lastEventId = 0n;

/** An event that differs from every other one. */
export function makeEvent(name: string, aggregateId: bigint, payload: EventEnvelope['payload'] = {}): EventEnvelope {
  lastEventId += 1n;
  return {
    id: lastEventId,
    name,
    version: 1,
    aggregateId,
    payload,
    occurredAt: new Date(Date.UTC(2026, 4, 1, 12, 30, 0, 125)),
  };
}

/** Collects what a handler was given; `untilCount` resolves when it has seen so many. */
export function collectEvents() {
  const events: EventEnvelope[] = [];
  const waiters: { count: number; resolve: () => void }[] = [];
  return {
    events,
    handle: async (event: EventEnvelope): Promise<void> => {
      events.push(event);
      for (const waiter of waiters) if (events.length >= waiter.count) waiter.resolve();
    },
    untilCount: (count: number): Promise<void> =>
      new Promise((resolve) => {
        if (events.length >= count) resolve();
        else waiters.push({ count, resolve });
      }),
  };
}

/** What every implementation of the queue does. Names of queues and events are unique to each test, so they may share a broker. */
export function describeQueue(name: string, setUp: () => Promise<QueueContractOptions>): void {
  describe(`the queue on ${name}`, () => {
    let options: QueueContractOptions;
    let queue: Queue;

    beforeAll(async () => {
      options = await setUp();
      queue = options.createQueue();
    });

    afterAll(async () => {
      await queue.close();
    });

    it('brings an event with all its fields to each queue that wants it, and to no other', async () => {
      const inventory = collectEvents();
      const audit = collectEvents();
      const other = collectEvents();
      await queue.subscribe({
        queue: 'fields.inventory',
        eventNames: ['fields.placed'],
        handle: inventory.handle,
        concurrency: 2,
      });
      await queue.subscribe({
        queue: 'fields.audit',
        eventNames: ['fields.placed', 'fields.other'],
        handle: audit.handle,
        concurrency: 2,
      });
      await queue.subscribe({
        queue: 'fields.reviews',
        eventNames: ['fields.other'],
        handle: other.handle,
        concurrency: 2,
      });
      const event = {
        ...makeEvent('fields.placed', 9_007_199_254_740_993n, {
          lines: [{ quantity: 2 }],
          note: 'a "quote" and ü',
        }),
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      };
      const marker = makeEvent('fields.other', 1n);
      await queue.publish([event, marker]);
      await Promise.all([inventory.untilCount(1), audit.untilCount(2), other.untilCount(1)]);
      expect(inventory.events).toEqual([event]);
      expect(audit.events).toEqual(expect.arrayContaining([event, marker]));
      expect(other.events).toEqual([marker]);
    });

    it('refuses an event that no queue wants, and takes none of those published with it', async () => {
      const wanted = collectEvents();
      await queue.subscribe({
        queue: 'unroutable',
        eventNames: ['unroutable.wanted'],
        handle: wanted.handle,
        concurrency: 1,
      });
      const attempt = queue.publish([makeEvent('unroutable.wanted', 1n), makeEvent('unroutable.unknown', 1n)]);
      await expect(attempt).rejects.toMatchObject({
        code: 'UNROUTABLE_EVENT',
        message: expect.stringContaining('unroutable.unknown'),
      });
      const second = makeEvent('unroutable.wanted', 1n);
      await queue.publish([second]);
      await wanted.untilCount(1);
      expect(wanted.events).toEqual([second]);
    });

    it('keeps events for a queue whose consumer is down', async () => {
      const before = await queue.subscribe({
        queue: 'down',
        eventNames: ['down.happened'],
        handle: async () => {},
        concurrency: 1,
      });
      await before.stop();
      const event = makeEvent('down.happened', 1n);
      await queue.publish([event]);
      const after = collectEvents();
      await queue.subscribe({ queue: 'down', eventNames: ['down.happened'], handle: after.handle, concurrency: 1 });
      await after.untilCount(1);
      expect(after.events).toEqual([event]);
    });

    it('handles the events of an aggregate in order, one at a time, and other aggregates meanwhile', async () => {
      const order: string[] = [];
      const underWay = new Map<bigint, number>();
      const overlaps: EventEnvelope[] = [];
      let mostAtOnce = 0;
      let areAllHandled = () => {};
      const handled = new Promise<void>((resolve) => {
        areAllHandled = resolve;
      });
      await queue.subscribe({
        queue: 'order',
        eventNames: ['order.step'],
        concurrency: 4,
        handle: async (event) => {
          underWay.set(event.aggregateId, (underWay.get(event.aggregateId) ?? 0) + 1);
          mostAtOnce = Math.max(mostAtOnce, underWay.size);
          if (underWay.get(event.aggregateId) !== 1) overlaps.push(event);
          await new Promise(setImmediate);
          underWay.delete(event.aggregateId);
          order.push(`${event.aggregateId}:${event.payload['step']}`);
          if (order.length === 20) areAllHandled();
        },
      });
      const steps = [1, 2, 3, 4, 5];
      await queue.publish(
        steps.flatMap((step) => [1n, 2n, 3n, 4n].map((aggregate) => makeEvent('order.step', aggregate, { step }))),
      );
      await handled;
      for (const aggregate of [1, 2, 3, 4]) {
        expect(order.filter((entry) => entry.startsWith(`${aggregate}:`))).toEqual(
          steps.map((step) => `${aggregate}:${step}`),
        );
      }
      expect(overlaps).toEqual([]);
      expect(mostAtOnce).toBeGreaterThan(1);
    });

    it('tries a failed event again before any later one of its aggregate', async () => {
      const seen: string[] = [];
      let isDone = () => {};
      const done = new Promise<void>((resolve) => {
        isDone = resolve;
      });
      await queue.subscribe({
        queue: 'retry',
        eventNames: ['retry.step'],
        concurrency: 4,
        handle: async ({ payload }) => {
          seen.push(String(payload['step']));
          if (seen.length === 1) throw new Error('not yet');
          if (seen.length === 3) isDone();
        },
      });
      await queue.publish([
        makeEvent('retry.step', 7n, { step: 'first' }),
        makeEvent('retry.step', 7n, { step: 'second' }),
      ]);
      await done;
      expect(seen).toEqual(['first', 'first', 'second']);
    });

    it('gives an event up after its attempts, and goes on with the next', async () => {
      const collected = collectEvents();
      await queue.subscribe({
        queue: 'dead',
        eventNames: ['dead.step'],
        concurrency: 1,
        handle: async (event) => {
          await collected.handle(event);
          if (event.payload['isPoison'] === true) throw new Error('cannot be handled');
        },
      });
      const poison = makeEvent('dead.step', 7n, { isPoison: true });
      const healthy = makeEvent('dead.step', 7n, { isPoison: false });
      await queue.publish([poison, healthy]);
      await collected.untilCount(4);
      expect(collected.events.map((event) => event.id)).toEqual([poison.id, poison.id, poison.id, healthy.id]);
      await eventually(
        () => options.deadEventIds('dead'),
        (ids) => ids.length === 1 && ids[0] === poison.id,
      );
    });

    it('keeps a message that fails because its database is away, however often', async () => {
      const collected = collectEvents();
      const failures = ['DATABASE_UNAVAILABLE', 'SHARD_MOVING', 'a defect'];
      await queue.subscribe({
        queue: 'away',
        eventNames: ['away.step'],
        concurrency: 1,
        handle: async (event) => {
          await collected.handle(event);
          const attempt = collected.events.length;
          const code = failures[attempt % failures.length];
          // Two defects in all, one less than it is given up after.
          if (attempt <= 7) throw Object.assign(new Error(`attempt ${attempt} failed`), { code });
        },
      });
      const event = makeEvent('away.step', 7n);
      const next = makeEvent('away.step', 7n);
      await queue.publish([event, next]);
      await collected.untilCount(9);
      expect(collected.events.map(({ id }) => id)).toEqual([...Array.from({ length: 8 }, () => event.id), next.id]);
      expect(await options.deadEventIds('away')).toEqual([]);
    });

    it('waits for the handler under way when it stops, and takes nothing more', async () => {
      let isStarted = () => {};
      const started = new Promise<void>((resolve) => {
        isStarted = resolve;
      });
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      let handledCount = 0;
      const subscription = await queue.subscribe({
        queue: 'stop',
        eventNames: ['stop.step'],
        concurrency: 1,
        handle: async () => {
          isStarted();
          await finished;
          handledCount += 1;
        },
      });
      await queue.publish([makeEvent('stop.step', 1n), makeEvent('stop.step', 2n)]);
      await started;
      const stopped = subscription.stop().then(() => handledCount);
      finish();
      expect(await stopped).toBe(1);
      await eventually(
        () => options.countWaiting('stop'),
        (count) => count === 1,
      );
    });

    it('hands over a message once when two processes share a queue', async () => {
      const secondProcess = options.createQueue();
      const collected = collectEvents();
      const wishes = { queue: 'shared', eventNames: ['shared.step'], concurrency: 4 };
      const first = await queue.subscribe({ ...wishes, handle: collected.handle });
      await secondProcess.subscribe({ ...wishes, handle: collected.handle });
      const events = Array.from({ length: 100 }, (_, index) => makeEvent('shared.step', BigInt(index)));
      await queue.publish(events);
      await collected.untilCount(100);
      await Promise.all([first.stop(), secondProcess.close()]);
      await eventually(
        () => options.countWaiting('shared'),
        (count) => count === 0,
      );
      expect(new Set(collected.events.map((event) => event.id)).size).toBe(100);
      expect(collected.events).toHaveLength(100);
    });
  });
}
