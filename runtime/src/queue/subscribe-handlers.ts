import type { Consumer } from '../events/consumer.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { Queue, Subscription } from './queue.ts';

/** What a consumer does about each of its events, by their names. */
export type EventHandlers<Payloads> = {
  readonly [Name in keyof Payloads]: (payload: Payloads[Name], event: EventEnvelope) => Promise<void>;
};

/** How many events a subscriber handles at once: fewer than a pool has connections, so that events never take all from requests. */
const CONCURRENCY = 2;

/**
 * Consumes the events of a consumer, each with its own handler, which is given the payload as the consumer expects it. An event
 * without a handler, which an earlier version of the service asked for, is not acknowledged: nobody would ever hear of it. Nor
 * is one that does not fit.
 */
export function subscribeHandlers<Payloads>(
  queue: Queue,
  { queue: name, events }: Consumer<Payloads>,
  handlers: EventHandlers<Payloads>,
): Promise<Subscription> {
  const isConsumed = (eventName: string): eventName is keyof Payloads & string => Object.hasOwn(events, eventName);
  return queue.subscribe({
    queue: name,
    eventNames: Object.keys(events),
    concurrency: CONCURRENCY,
    handle: async (event) => {
      if (!isConsumed(event.name)) throw new Error(`${name} does not consume ${event.name}`);
      await handlers[event.name](events[event.name].parse(event), event);
    },
  });
}
