import type { BackgroundWork } from './background-work.ts';
import type { FillMissing } from './cache.ts';
import type { CacheObserver } from './cache-outcome.ts';
import type { Clock } from './clock.ts';
import type { Coordination } from './coordination.ts';
import type { EntryPolicy } from './entry-policy.ts';
import type { ExpiringMap } from './expiring-map.ts';
import type { InvalidationLog } from './invalidation-log.ts';
import type { LocalTier } from './local-tier.ts';
import type { ValueStore } from './value-store.ts';

/** What a cache is made of. */
export interface CacheParts {
  readonly values: ValueStore;
  readonly coordination: Coordination;
  readonly local: LocalTier;
  readonly log: InvalidationLog;
  readonly background: BackgroundWork;
  /** Keys whose fill by another process was waited for in vain. */
  readonly vainWaits: ExpiringMap<true>;
  readonly clock: Clock;
  readonly observer: CacheObserver;
}

/** One call of the cache: how it fills, and by which rules it keeps. */
export interface FillPlan {
  readonly fillMissing: FillMissing<unknown>;
  readonly policy: EntryPolicy;
}
