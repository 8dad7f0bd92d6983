import type { CacheObserver } from '@tributary/runtime/cache/cache-outcome';
import type { Clock } from '@tributary/runtime/cache/clock';
import type { Coordination } from '@tributary/runtime/cache/coordination';
import { createMemoryCoordination } from '@tributary/runtime/cache/memory-coordination';
import { createMemoryValueStore } from '@tributary/runtime/cache/memory-value-store';
import { TwoTierCache } from '@tributary/runtime/cache/two-tier-cache';
import type { ValueStore } from '@tributary/runtime/cache/value-store';

/** A clock that the test puts forward; who sleeps puts it forward, too. */
export class HandClock implements Clock {
  #nowMs = 1_800_000_000_000;

  now(): number {
    return this.#nowMs;
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  async sleep(durationMs: number): Promise<void> {
    await new Promise(setImmediate);
    this.advance(durationMs);
  }
}

/** What a cache did, as short lines: `shared hit product:1`, `stored product:1`. */
export function recordOutcomes(): { lines: string[]; observer: CacheObserver } {
  const lines: string[] = [];
  const observer: CacheObserver = {
    onLookUp: (key, { tier, ...outcome }) =>
      lines.push([tier, outcome.outcome, 'reason' in outcome ? outcome.reason : '', key].filter(Boolean).join(' ')),
    onFill: (key, { outcome }) => lines.push(`${outcome} ${key}`),
  };
  return { lines, observer };
}

export interface CacheScene {
  readonly clock: HandClock;
  readonly values: ValueStore;
  readonly coordination: Coordination;
  /** How often the shared tier was asked for values and versions, by method. */
  readonly calls: Record<string, number>;
  /**
   * Another process on the same stores.
   * @param options.coordination in the place of the scene's, for a process whose calls the test holds up
   */
  openProcess(options?: { localLimitBytes?: number; coordination?: Coordination }): {
    cache: TwoTierCache;
    lines: string[];
  };
}

export const LEASE_MS = 10_000;
export const WAIT_MS = 1_000;
export const LOCAL_MAX_AGE_MS = 2_000;

/** Caches of several processes over stores in memory, in a time that the test is in charge of. */
export function cacheScene(): CacheScene {
  const clock = new HandClock();
  const calls: Record<string, number> = {};
  const values = counting(createMemoryValueStore({ limitBytes: 1_000_000, clock }), calls);
  const coordination = counting(createMemoryCoordination({ leaseMs: LEASE_MS, clock }), calls);
  return {
    clock,
    values,
    coordination,
    calls,
    openProcess: ({ localLimitBytes = 1_000_000, coordination: own = coordination } = {}) => {
      const { lines, observer } = recordOutcomes();
      const l1 = { limitBytes: localLimitBytes, maxAgeMs: LOCAL_MAX_AGE_MS };
      const cache = new TwoTierCache({
        values,
        coordination: own,
        l1,
        waitMs: WAIT_MS,
        clock,
        observer,
        random: () => 0,
      });
      return { cache, lines };
    },
  };
}

function counting<T extends object>(store: T, calls: Record<string, number>): T {
  return new Proxy(store, {
    get: (target, name, receiver) => {
      if (typeof name === 'string') calls[name] = (calls[name] ?? 0) + 1;
      return Reflect.get(target, name, receiver);
    },
  });
}
