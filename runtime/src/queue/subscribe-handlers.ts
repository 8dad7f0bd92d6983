import type { EventEnvelope } from '../events/event-envelope.ts';
import type { Queue, Subscription } from './queue.ts';

export interface HandlersOptions {
  /** The name of the queue, which its subscribers share. */
  readonly queue: string;
  /** By the name of the event. */
  readonly handlers: ReadonlyMap<string, (event: EventEnvelope) => Promise<void>>;
}

/** How many events a subscriber handles at once: fewer than a pool has connections, so that events never take all from requests. */
const CONCURRENCY = 2;

/**
 * Consumes the events that have a handler, each with its own. An event without one, which an earlier version of the service
 * asked for, is not acknowledged: nobody would ever hear of it.
 */
export function subscribeHandlers(queue: Queue, { queue: name, handlers }: HandlersOptions): Promise<Subscription> {
  return queue.subscribe({
    queue: name,
    eventNames: [...handlers.keys()],
    concurrency: CONCURRENCY,
    handle: async (event) => {
      const handle = handlers.get(event.name);
      if (handle === undefined) throw new Error(`${name} does not consume ${event.name}`);
      await handle(event);
    },
  });
}
