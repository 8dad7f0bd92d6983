import type { JsonObject } from '../events/json-value.ts';
import type { CachedEntity } from '../loaders/cached-entity.ts';
import type { KeyText } from '../loaders/key-text.ts';
import { cacheInvalidated } from './events.ts';

/** What a transaction changes of what caches keep. */
export interface CacheChanges<Tx, V = never> {
  /**
   * Says, within the transaction, what its commit makes untrue.
   *
   * @param about the id of a row that is written: it tells the database, and orders the events
   * @param tagsOf is not asked by a service that caches nothing
   */
  invalidate(tx: Tx, about: bigint, tagsOf: () => readonly string[] | Promise<readonly string[]>): Promise<void>;
  /** Has a value that the transaction wrote kept after its commit, under its tags, so that the next reader finds it. */
  keep(text: KeyText, value: V, tags: readonly string[]): void;
}

/** For a service that caches nothing. */
export const noChanges: CacheChanges<unknown, unknown> = { invalidate: async () => undefined, keep: () => undefined };

/** An event as an outbox takes it. */
export interface OutgoingEvent {
  readonly aggregateId: bigint;
  readonly name: string;
  readonly version: number;
  readonly payload: JsonObject;
}

export interface NotedChangesOptions<Tx, V> {
  /** The name of the database that an id's row is in. */
  readonly databaseNameOf: (id: bigint) => string;
  readonly publish: (tx: Tx, event: OutgoingEvent) => Promise<void>;
  /** Whose values may be kept. */
  readonly entity: CachedEntity<V> | undefined;
}

/** Publishes with a transaction what it changes, and remembers it for after the commit. */
export class NotedChanges<Tx, V> implements CacheChanges<Tx, V> {
  readonly tags = new Set<string>();
  /** Names of those that were written to. */
  readonly databases = new Set<string>();
  /** To be kept, by the key of the cache. */
  readonly values = new Map<string, V>();
  readonly #tagsOfValues = new Map<string, readonly string[]>();
  readonly #options: NotedChangesOptions<Tx, V>;

  constructor(options: NotedChangesOptions<Tx, V>) {
    this.#options = options;
  }

  async invalidate(tx: Tx, about: bigint, tagsOf: () => readonly string[] | Promise<readonly string[]>): Promise<void> {
    const { databaseNameOf, publish } = this.#options;
    const database = databaseNameOf(about);
    const tags = await tagsOf();
    this.databases.add(database);
    for (const tag of tags) this.tags.add(tag);
    await publish(tx, cacheInvalidated.about(about, { tags: [...tags], database }));
  }

  keep(text: KeyText, value: V, tags: readonly string[]): void {
    const key = this.#options.entity?.keyOf(text);
    if (key === undefined) return;
    this.values.set(key, value);
    this.#tagsOfValues.set(key, tags);
  }

  /** The tags of a value that is to be kept. */
  tagsOf(key: string): readonly string[] {
    return this.#tagsOfValues.get(key) ?? [];
  }
}
