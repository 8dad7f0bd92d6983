import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { subgraphVariables } from '../environment/subgraph-environment.ts';
import { defineConsumer } from '../events/consumer.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { Queue, SubscribeOptions } from './queue.ts';
import { subscribeHandlers } from './subscribe-handlers.ts';

const eventOf = (name: string, payload: EventEnvelope['payload'] = {}): EventEnvelope => ({
  id: 1n,
  name,
  version: 1,
  aggregateId: 7n,
  payload,
  occurredAt: new Date(0),
});

/** Subscribes handlers that note what they are given, to a queue that only remembers what it was asked for. */
async function subscribe() {
  const asked: SubscribeOptions[] = [];
  const handled: string[] = [];
  const queue: Queue = {
    publish: async () => undefined,
    subscribe: async (options) => {
      asked.push(options);
      return { stop: async () => undefined };
    },
    close: async () => undefined,
  };
  const consumer = defineConsumer({
    queue: 'doors',
    events: {
      Opened: { version: 1, schema: z.object({ door: z.string() }) },
      Closed: { version: 1, schema: z.object({ door: z.string(), isLocked: z.boolean() }) },
    },
  });
  await subscribeHandlers(queue, consumer, {
    Opened: async ({ door }) => void handled.push(`opened ${door}`),
    Closed: async ({ door, isLocked }, { id }) => void handled.push(`closed ${door} ${isLocked} ${id}`),
  });
  const [options] = asked;
  if (options === undefined) throw new Error('the queue was asked for nothing');
  return { options, handled };
}

describe('handlers of events', () => {
  it('are subscribed to the events they are for, and each is given its own', async () => {
    const { options, handled } = await subscribe();
    expect(options).toMatchObject({ queue: 'doors', eventNames: ['Opened', 'Closed'] });
    await options.handle(eventOf('Closed', { door: 'front', isLocked: true }));
    expect(handled).toEqual(['closed front true 1']);
  });

  it('leave an event that lacks what they need to the queue', async () => {
    const { options, handled } = await subscribe();
    await expect(options.handle(eventOf('Closed', { door: 'front' }))).rejects.toThrow('isLocked');
    expect(handled).toEqual([]);
  });

  it('take fewer connections than the smallest pool has by default', async () => {
    const poolSize = subgraphVariables(0).DATABASE_POOL_SIZE.parse(undefined);
    expect((await subscribe()).options.concurrency).toBeLessThan(poolSize);
  });

  it('leave an event that none of them is for to the queue', async () => {
    const { options, handled } = await subscribe();
    await expect(options.handle(eventOf('Painted'))).rejects.toThrow('doors does not consume Painted');
    expect(handled).toEqual([]);
  });
});
