import { createGuard, type GuardOptions, guardCoordination, guardValueStore } from './guard.ts';
import { TwoTierCache, type TwoTierCacheOptions } from './two-tier-cache.ts';

/** What a cache has a breaker for; `values` is all where both are one server. */
export type CacheStore = 'values' | 'coordination';

export interface CacheOptions
  extends Omit<TwoTierCacheOptions, 'l1' | 'waitMs'>,
    Partial<Omit<GuardOptions, 'probe' | 'onStateChange'>> {
  /** Whether values and coordination are one server, which is away for both. Default false. */
  readonly isOneServer?: boolean;
  readonly l1: { readonly limitBytes: number; readonly maxAgeMs?: number };
  readonly waitMs?: number;
  /** Told that breakers are closed, and whenever one opens or closes. */
  readonly onBreaker?: ((store: CacheStore, isOpen: boolean) => void) | undefined;
}

const DEFAULT_BUDGET_MS = 150;
const DEFAULT_WAIT_MS = 1_000;
/** No key, and no tag: what is asked for to see whether anybody answers. */
const PROBE = 'probe';
/** The longest that a process serves what another one has invalidated, when no message reaches it. */
const DEFAULT_LOCAL_MAX_AGE_MS = 2_000;

/**
 * A cache that can't hurt: every call of a store has a budget (150 ms unless told otherwise) and a breaker, and a store
 * that is away makes misses, not errors. Values and coordination have a breaker each, as they may be two servers.
 */
export function createCache(options: CacheOptions): TwoTierCache {
  const { values, coordination, l1, waitMs = DEFAULT_WAIT_MS, budgetMs = DEFAULT_BUDGET_MS } = options;
  const guardProbing = (store: CacheStore, probe: () => Promise<unknown>) => {
    options.onBreaker?.(store, false);
    const onStateChange = (isOpen: boolean) => options.onBreaker?.(store, isOpen);
    return createGuard({ ...options, budgetMs, probe, onStateChange });
  };
  const valuesGuard = guardProbing('values', () => values.getMany([PROBE]));
  const coordinationGuard = options.isOneServer
    ? valuesGuard
    : guardProbing('coordination', () => coordination.versionsOf([PROBE]));
  return new TwoTierCache({
    ...options,
    waitMs,
    l1: { maxAgeMs: DEFAULT_LOCAL_MAX_AGE_MS, ...l1 },
    values: guardValueStore(values, valuesGuard),
    coordination: guardCoordination(coordination, coordinationGuard),
  });
}
