import { expect, it } from '@jest/globals';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { Queue } from '../queue/queue.ts';
import { currentWork } from '../request/request-work.ts';
import { RecordedTracing } from '../testing/recorded-tracing.ts';
import { tracedQueue } from './traced-queue.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const event: EventEnvelope = {
  id: 1n,
  name: 'OrderPlaced',
  version: 1,
  aggregateId: 1n,
  payload: {},
  occurredAt: new Date(),
  traceparent: `00-${TRACE_ID}-b7ad6b7169203331-00`,
};

/** Has the event handled at once. */
const queue: Queue = {
  publish: async () => undefined,
  subscribe: async ({ handle }) => {
    await handle(event);
    return { stop: async () => undefined };
  },
  close: async () => undefined,
};

it.each([
  [true, '01'],
  [false, '00'],
])('an event is handled within its trace, recorded (%s) or not', async (isRecorded, flags) => {
  const tracing = new RecordedTracing({ isRecorded });
  let seen: string | undefined;
  const handle = async (): Promise<void> => {
    seen = currentWork()?.trace?.traceparent;
  };
  const { subscribe } = tracedQueue(queue, { tracing, system: 'test' });
  await subscribe({ queue: 'inventory', eventNames: ['OrderPlaced'], concurrency: 1, handle });

  expect(seen).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-${flags}$`));
  expect(tracing.names).toEqual(isRecorded ? ['process OrderPlaced'] : []);
});
