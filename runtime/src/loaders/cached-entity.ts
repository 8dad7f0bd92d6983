import type { Cache, EntryRules } from '../cache/cache.ts';
import type { Positions } from '../cache/positions.ts';
import type { KeyText } from './key-text.ts';
import type { ValueShape } from './value-shape.ts';

/** What loaders need to know of the databases that the current request uses. */
export interface LoaderSession {
  /** Whether the request has written: what it reads then is its own, and nothing for others. */
  hasWritten(): boolean;
  /** Runs reads of databases that have replayed at least so far. */
  readAtLeast<T>(positions: Positions, read: () => T): T;
}

export interface EntityCacheOptions {
  readonly cache: Cache;
  /** The name of the service: the cache may be shared with others. */
  readonly service: string;
  readonly session: LoaderSession;
}

/** How long something is kept, in milliseconds: as in the cache's `EntryRules`. */
export type Lifetime = Pick<EntryRules<unknown>, 'ttlMs' | 'staleMs' | 'staleIfErrorMs' | 'missingTtlMs'>;

/** Where loaders of one kind of value keep what they have loaded. It is made once and serves all requests. */
export interface CachedEntity<V> {
  /** Tells this kind of value from the service's others. */
  readonly entity: string;
  readonly cache: Cache;
  readonly session: LoaderSession;
  readonly rules: EntryRules<V>;
  /** `<service>:<schema version>:<entity>:<text>` */
  keyOf(text: KeyText): string;
}

/**
 * A kind of value in the cache of a service.
 *
 * @param options.entity tells this kind from the service's others
 */
export function cachedEntity<V>(
  { cache, service, session }: EntityCacheOptions,
  { entity, shape, lifetime }: { readonly entity: string; readonly shape: ValueShape<V>; readonly lifetime: Lifetime },
): CachedEntity<V> {
  const prefix = `${service}:${shape.version}:${entity}:`;
  return {
    entity,
    cache,
    session,
    rules: { ...lifetime, isValue: shape.isValue, ...(shape.fields && { fields: shape.fields }) },
    keyOf: (text) => prefix + text,
  };
}
