import type { Cache, WriteTicket } from '../cache/cache.ts';
import type { Positions } from '../cache/positions.ts';
import type { CachedEntity } from '../loaders/cached-entity.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { type CacheChanges, NotedChanges, noChanges, type OutgoingEvent } from './cache-changes.ts';
import type { DatabasePositions } from './invalidation-consumer.ts';

export interface CachedWritesOptions<Tx> {
  /** Without one nothing is invalidated and nothing is published. */
  readonly cache: Cache | undefined;
  readonly databases: DatabasePositions & {
    /** The name of the database that an id's row is in. */
    databaseNameOf(id: bigint): string;
  };
  /** Publishes an event if and only if the transaction commits. */
  readonly publish: (tx: Tx, event: OutgoingEvent) => Promise<void>;
  readonly logger: Logger;
}

/** Runs the transactions of a service that change what is cached. */
export interface CachedWrites<Tx> {
  /**
   * Runs a transaction, and invalidates after its commit what it said it would change. When that fails, or this process ends
   * before it, the event that was committed with the write makes up for it.
   *
   * @param entity whose values the transaction may `keep` (write-through)
   */
  run<T, V = never>(
    transaction: (changes: CacheChanges<Tx, V>) => Promise<T>,
    entity?: CachedEntity<V> | undefined,
  ): Promise<T>;
}

/** Makes what runs such transactions; without a cache it only runs them. */
export function createCachedWrites<Tx>(options: CachedWritesOptions<Tx>): CachedWrites<Tx> {
  const { cache, databases, publish, logger } = options;
  if (!cache) return { run: (transaction) => transaction(noChanges) };
  const logFailure = createFailureLog({ logger, component: 'cache invalidation' });
  const databaseNameOf = (id: bigint) => databases.databaseNameOf(id);

  async function positionsOf(names: ReadonlySet<string>): Promise<Positions> {
    const positions = [...names].map(async (name) => [name, await databases.positionOf(name)] as const);
    return Object.fromEntries(await Promise.all(positions));
  }

  return {
    async run<T, V>(transaction: (changes: CacheChanges<Tx, V>) => Promise<T>, entity?: CachedEntity<V>): Promise<T> {
      const changes = new NotedChanges<Tx, V>({ databaseNameOf, publish, entity });
      const ticket = entity && (await cache.beginWrite());
      const result = await transaction(changes);
      if (changes.tags.size === 0) return result;
      try {
        await tell(cache, changes, { positions: await positionsOf(changes.databases), entity, ticket });
      } catch (error) {
        logFailure(error);
      }
      return result;
    },
  };
}

async function tell<Tx, V>(
  cache: Cache,
  changes: NotedChanges<Tx, V>,
  write: { positions: Positions; entity: CachedEntity<V> | undefined; ticket: WriteTicket | undefined },
): Promise<void> {
  const { positions, entity, ticket } = write;
  const invalidation = { tags: [...changes.tags], positions };
  if (!entity || !ticket || changes.values.size === 0) return cache.invalidate(invalidation);
  const rules = { ...entity.rules, tagsOf: (key: string) => changes.tagsOf(key) };
  return cache.write(ticket, changes.values, { ...invalidation, rules });
}
