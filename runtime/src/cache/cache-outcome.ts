/** Where a key was looked for. */
export type CacheTier = 'local' | 'shared';

/**
 * What became of one look-up of one key in one tier. `bypass`: the tier could not be asked. `stale`: served beyond its time to
 * live, because it is being refreshed, because others hold the fill, or because the fill failed.
 */
export type CacheOutcome =
  | { readonly tier: CacheTier; readonly outcome: 'hit' | 'miss' }
  | { readonly tier: CacheTier; readonly outcome: 'stale'; readonly reason: 'refreshing' | 'waited' | 'fill-failed' }
  | { readonly tier: CacheTier; readonly outcome: 'bypass'; readonly reason: 'unavailable'; readonly error: unknown };

/**
 * What became of the value of a fill. `overtaken`: thrown away, because an invalidation came between. `unshared`: kept in this
 * process at most, because the shared tier could not be asked, somebody else held the lease, or the value is not to be kept.
 */
export type FillOutcome =
  | { readonly outcome: 'stored' | 'overtaken' | 'unshared' }
  | { readonly outcome: 'failed'; readonly error: unknown };

/** What became of a value that was written through: as of one that a fill brought. */
export type WriteOutcome = 'stored' | 'overtaken' | 'unshared';

/** Told of everything that a cache does, for metrics and tests. It must not throw. */
export interface CacheObserver {
  onLookUp?(key: string, outcome: CacheOutcome): void;
  onFill?(key: string, outcome: FillOutcome): void;
  onWrite?(key: string, outcome: WriteOutcome): void;
}
