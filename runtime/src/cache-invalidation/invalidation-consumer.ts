import type { Cache } from '../cache/cache.ts';
import { DependencyUnavailableError } from '../queue/dependency-unavailable-error.ts';
import type { Queue, Subscription } from '../queue/queue.ts';
import { subscribeHandlers } from '../queue/subscribe-handlers.ts';
import { consumer } from './consumed-events.ts';

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
  return subscribeHandlers(queue, consumer, {
    CacheInvalidated: async ({ tags, database }) => {
      const positions = { [database]: await databases.positionOf(database) };
      await cache.invalidate({ tags, positions }).catch((cause: unknown) => {
        throw new DependencyUnavailableError('the caches could not be told what is no longer true', { cause });
      });
    },
  });
}
