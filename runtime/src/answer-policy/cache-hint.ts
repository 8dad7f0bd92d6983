/** Who a cached answer may be shown to again: everybody, or the viewer who got it. */
export type CacheScope = 'PUBLIC' | 'PRIVATE';

/** How long and for whom something may be cached; what is left out says nothing. */
export interface CacheHint {
  /** In seconds; 0 is not at all. */
  readonly maxAgeS?: number | undefined;
  readonly scope?: CacheScope | undefined;
}

/** What may not be cached. */
export const UNCACHEABLE: CacheHint = { maxAgeS: 0 };

/** What holds where both do: the lower age and the narrower scope. */
export function narrowerHint(one: CacheHint, other: CacheHint): CacheHint {
  return {
    maxAgeS: lower(one.maxAgeS, other.maxAgeS),
    scope: one.scope === 'PRIVATE' ? 'PRIVATE' : (other.scope ?? one.scope),
  };
}

/** The `cache-control` header of what may not be cached. */
export const UNCACHEABLE_HEADER = 'no-store';

/** The `cache-control` header of an answer, as Apollo Server writes it and its gateway reads it. */
export function cacheControlHeader({ maxAgeS = 0, scope = 'PUBLIC' }: CacheHint): string {
  return maxAgeS > 0 ? `max-age=${maxAgeS}, ${scope.toLowerCase()}` : UNCACHEABLE_HEADER;
}

function lower(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
