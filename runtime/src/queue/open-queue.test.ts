import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../logging/logger.ts';
import { openQueue } from './open-queue.ts';
import type { Queue } from './queue.ts';

const NOWHERE = 'amqp://shop:hunter2@127.0.0.1:1';

function open(url: string | undefined) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'info' }, { write: (line) => lines.push(line) });
  const embedded: Queue = {
    publish: async () => undefined,
    subscribe: async () => ({ stop: async () => undefined }),
    close: async () => undefined,
  };
  const queue = openQueue({ url, embedded: () => embedded, isOutage: () => false, name: 'orders', logger });
  return { queue, embedded, lines };
}

const event = {
  id: 1n,
  name: 'OrderPlaced',
  version: 1,
  aggregateId: 7n,
  payload: {},
  occurredAt: new Date(0),
};

describe('opening the queue', () => {
  it('gives the embedded one where there is no broker, and says so', () => {
    const { queue, embedded, lines } = open(undefined);
    expect(queue).toBe(embedded);
    expect(lines.join()).toContain('TRIBUTARY_QUEUE_URL names no broker');
  });

  it('takes a broker that is not there yet, refuses events until it is, and keeps its password to itself', async () => {
    const { queue, embedded, lines } = open(NOWHERE);
    expect(queue).not.toBe(embedded);
    await expect(queue.publish([event])).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await queue.close();
    expect(lines.join()).toContain('events go through RabbitMQ');
    expect(lines.join()).toContain('ECONNREFUSED');
    expect(lines.join()).not.toContain('hunter2');
  });
});
