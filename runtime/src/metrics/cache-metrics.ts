import { type CacheCounts, noCounts } from '../cache/cache-counts.ts';
import type { CacheObserver, CacheTier } from '../cache/cache-outcome.ts';
import type { CacheStore } from '../cache/create-cache.ts';
import type { Metrics } from './metrics.ts';

/** What a cache tells its metrics. */
export interface CacheMeasuring {
  readonly observer: CacheObserver;
  readonly onBreaker: (store: CacheStore, isOpen: boolean) => void;
}

const TIERS: readonly CacheTier[] = ['local', 'shared'];

/**
 * Measures a cache.
 * @param prefixOf the part of a key that it has in common with all of its kind, whose last word is the name of that kind
 */
export function measureCache(metrics: Metrics, prefixOf: (key: string) => string = entityPrefix): CacheMeasuring {
  const countsByKeyspace = new Map<string, CacheCounts>();
  const openBreakers = new Map<CacheStore, boolean>();
  // Keys are looked up together that are of one kind, so the last one's counts are mostly those of the next.
  let prefix = '';
  let counts = noCounts();

  function countsOf(key: string): CacheCounts {
    // Three times as fast as startsWith.
    if (prefix !== '' && key.slice(0, prefix.length) === prefix) return counts;
    prefix = prefixOf(key);
    const keyspace = nameOf(prefix);
    counts = countsByKeyspace.get(keyspace) ?? noCounts();
    countsByKeyspace.set(keyspace, counts);
    return counts;
  }

  metrics.read('tributary_cache_lookups_total', () =>
    [...countsByKeyspace].flatMap(([keyspace, counted]) =>
      TIERS.flatMap((tier) =>
        Object.entries(counted[tier]).map(([outcome, value]) => ({ labels: { keyspace, tier, outcome }, value })),
      ),
    ),
  );
  metrics.read('tributary_cache_fills_total', () =>
    [...countsByKeyspace].flatMap(([keyspace, { fill }]) =>
      Object.entries(fill).map(([outcome, value]) => ({ labels: { keyspace, outcome }, value })),
    ),
  );
  metrics.read('tributary_cache_breaker_open', () =>
    [...openBreakers].map(([store, isOpen]) => ({ labels: { store }, value: Number(isOpen) })),
  );
  return {
    observer: {
      onLookUp: (key, { tier, outcome }) => {
        countsOf(key)[tier][outcome] += 1;
      },
      onFill: (key, { outcome }) => {
        countsOf(key).fill[outcome] += 1;
      },
    },
    onBreaker: (store, isOpen) => openBreakers.set(store, isOpen),
  };
}

/** Of a key `<service>:<schema version>:<entity>:<text>`, all before the text. */
function entityPrefix(key: string): string {
  const afterService = key.indexOf(':') + 1;
  const afterVersion = key.indexOf(':', afterService) + 1;
  return key.slice(0, key.indexOf(':', afterVersion) + 1);
}

function nameOf(prefix: string): string {
  return prefix.split(':').findLast((part) => part !== '') ?? 'other';
}
