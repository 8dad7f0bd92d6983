import type { Cache } from '../cache/cache.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { Queue, Subscription } from '../queue/queue.ts';
import { subscribeHandlers } from '../queue/subscribe-handlers.ts';
import { cacheInvalidated } from './cache-invalidated.ts';

/** Shared by all services: their caches agree on tags, so it is enough that one of them is told. */
const QUEUE = 'cache-invalidation';

/** Where writes are found in a database's log. */
export interface DatabasePositions {
  /** How far a database's primary has written its log, in bytes. */
  positionOf(database: string): Promise<number>;
}

/** Invalidates what writes of all services have announced. To do so twice does no harm, so no inbox is kept. */
export function subscribeToInvalidations(
  queue: Queue,
  { cache, databases }: { readonly cache: Cache; readonly databases: DatabasePositions },
): Promise<Subscription> {
  const invalidate = async (event: EventEnvelope): Promise<void> => {
    const { tags, database } = cacheInvalidated.parse(event);
    await cache.invalidate({ tags, positions: { [database]: await databases.positionOf(database) } });
  };
  return subscribeHandlers(queue, { queue: QUEUE, handlers: new Map([[cacheInvalidated.name, invalidate]]) });
}
