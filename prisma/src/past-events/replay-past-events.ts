import type { EventEnvelope } from '../queue/event-envelope.ts';
import { enqueueTo, eventNamesOf, type QueueClient } from '../queue/message-store.ts';
import { type PastEventDatabases, readPastEvents } from './past-events.ts';

/** The part of `Databases` that a replay needs. */
export interface ReplayDatabases extends Omit<PastEventDatabases, 'catalog'> {
  catalog(): QueueClient;
}

const BATCH_SIZE = 500;

/**
 * Gives a queue again what was published since a moment of the events that it wants. What its consumer has handled acts no
 * second time: that is in its inbox. What waits in the queue, or was given up there, stays as it is.
 *
 * @returns how many it did not have
 * @throws UnknownQueueError; ReplayTooOldError for a moment more than 6 days ago
 */
export async function replayPastEvents(
  databases: ReplayDatabases,
  { queue, since }: { queue: string; since: Date },
): Promise<number> {
  const wanted = new Set(await eventNamesOf(databases.catalog(), queue));
  let replayed = 0;
  let batch: EventEnvelope[] = [];
  const flush = async () => {
    if (batch.length > 0) replayed += await enqueueTo(databases.catalog(), queue, batch);
    batch = [];
  };
  for await (const event of readPastEvents(databases, since)) {
    if (wanted.has(event.name)) batch.push(event);
    if (batch.length === BATCH_SIZE) await flush();
  }
  await flush();
  return replayed;
}
