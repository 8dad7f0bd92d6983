import type { Queue } from '@tributary/runtime/queue/queue';

/** A queue of which it is known, in the process that uses both ends, what is still to be handled. */
export interface TrackedQueue extends Queue {
  /** How many events were published and not yet handled, once for each queue that wants one. */
  underWay(): number;
}

/** Counts what goes into a queue and what comes out; it says nothing of other processes. */
export function trackQueue(queue: Queue): TrackedQueue {
  const queuesOf = new Map<string, Set<string>>();
  const underWay = new Set<string>();
  return {
    publish: async (events) => {
      const added = events.flatMap(({ id, name }) =>
        [...(queuesOf.get(name) ?? [])].map((wanting) => `${wanting} ${id}`),
      );
      for (const each of added) underWay.add(each);
      await queue.publish(events);
    },
    subscribe: (wishes) => {
      for (const name of wishes.eventNames) queuesOf.set(name, (queuesOf.get(name) ?? new Set()).add(wishes.queue));
      return queue.subscribe({
        ...wishes,
        handle: async (event) => {
          await wishes.handle(event);
          underWay.delete(`${wishes.queue} ${event.id}`);
        },
      });
    },
    close: () => queue.close(),
    underWay: () => underWay.size,
  };
}
