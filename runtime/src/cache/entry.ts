import type { Version } from './coordination.ts';

/** A value as caches keep it. `value` is undefined where the fill found nothing. */
export interface Entry {
  readonly value: unknown;
  /** When the reading began, in Unix milliseconds. */
  readonly filledAtMs: number;
  readonly freshForMs: number;
  readonly tags: readonly string[];
  /** What the tags' versions were, in their order. The entry is true as long as they are. */
  readonly versions: readonly Version[];
}

/** Beyond its freshness: how long an entry is served while it is refreshed, and how long when it can't be. */
export interface Tolerance {
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
}

/** `spare` entries are served only to those whose fill failed. */
export type Freshness = 'fresh' | 'stale' | 'spare' | 'expired';

/** @param nowMs Unix time */
export function freshnessOf(entry: Entry, nowMs: number, tolerance: Tolerance): Freshness {
  const overdueMs = nowMs - entry.filledAtMs - entry.freshForMs;
  if (overdueMs < 0) return 'fresh';
  if (overdueMs < tolerance.staleMs) return 'stale';
  return overdueMs < tolerance.staleIfErrorMs ? 'spare' : 'expired';
}

/** How long an entry is of any use, from when its reading began. */
export function lifetimeMs(freshForMs: number, { staleMs, staleIfErrorMs }: Tolerance): number {
  return Math.ceil(freshForMs + Math.max(staleMs, staleIfErrorMs));
}

/** The tag that every entry bears: an entry is invalidated by its key through it. */
export function keyTag(key: string): string {
  return `=${key}`;
}
