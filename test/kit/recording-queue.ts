import type { EventEnvelope } from '@tributary/runtime/events/event-envelope';
import type { Queue, SubscribeOptions } from '@tributary/runtime/queue/queue';

/** A queue in memory that keeps what a subgraph publishes, and hands it the events that a test makes up. */
export interface RecordingQueue extends Queue {
  /** Everything published so far, in order. */
  readonly published: readonly EventEnvelope[];
  /** Resolves with the first event that fits, be it published already or later. */
  waitFor(fits: (event: EventEnvelope) => boolean): Promise<EventEnvelope>;
  /** Hands an event to every subscriber that wants it; resolves when it is handled and rejects when it could not be. */
  deliver(event: EventEnvelope): Promise<void>;
}

/** Makes a queue on which nothing happens but what the subgraph under test and the test itself do. */
export function createRecordingQueue(): RecordingQueue {
  const published: EventEnvelope[] = [];
  const subscribers = new Set<SubscribeOptions>();
  let waiting: (() => void)[] = [];

  return {
    published,
    async publish(events) {
      published.push(...events);
      for (const wake of waiting.splice(0)) wake();
    },
    async subscribe(options) {
      subscribers.add(options);
      return {
        async stop() {
          subscribers.delete(options);
        },
      };
    },
    async waitFor(fits) {
      for (;;) {
        const event = published.find(fits);
        if (event) return event;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.push(resolve);
        await promise;
      }
    },
    async deliver(event) {
      const wanted = [...subscribers].filter(({ eventNames }) => eventNames.includes(event.name));
      if (wanted.length === 0) throw new Error(`nobody subscribes to ${event.name}`);
      for (const { handle } of wanted) await handle(event);
    },
    async close() {
      subscribers.clear();
      waiting = [];
    },
  };
}
