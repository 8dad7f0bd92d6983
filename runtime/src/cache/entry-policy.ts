import type { EntryRules } from './cache.ts';
import { type Entry, keyTag, lifetimeMs, type Tolerance } from './entry.ts';

/** How much of a time to live is left to chance. */
const JITTER = 0.1;
const MISSING_SHARE = 0.1;

/** The rules of one call, with their defaults and the tags of each key. */
export interface EntryPolicy {
  readonly tolerance: Tolerance;
  /** Of the rows that values are, where they are. */
  readonly fields: readonly string[] | undefined;
  /** The key's own tag, and those that are known before the value is. */
  knownTagsOf(key: string): readonly string[];
  /** Whether what is stored is a value of this call's type, or says that there is none. */
  accepts(entry: Entry): boolean;
  /** The entry of a value that was read at `filledAtMs`, its versions yet unknown. */
  makeEntry(key: string, value: unknown, filledAtMs: number): Entry;
  /** How long an entry is of any use, from when its reading began; 0 says to keep it nowhere. */
  lifetimeMs(entry: Entry): number;
}

/** @param random uniform over [0, 1) */
export function entryPolicy<T>(
  rules: EntryRules<T>,
  tagsOf: (key: string) => readonly string[],
  random: () => number,
): EntryPolicy {
  const { ttlMs, staleMs = 0, staleIfErrorMs = staleMs, missingTtlMs = ttlMs * MISSING_SHARE } = rules;
  const tolerance = { staleMs, staleIfErrorMs };
  const knownTagsOf = (key: string) => [keyTag(key), ...tagsOf(key)];

  return {
    tolerance,
    fields: rules.fields,
    knownTagsOf,
    accepts: ({ value }) => value === undefined || rules.isValue(value),
    makeEntry: (key, value, filledAtMs) => {
      const described = rules.isValue(value) ? rules.describe?.(value) : undefined;
      const nominalMs = value === undefined ? missingTtlMs : (described?.ttlMs ?? ttlMs);
      return {
        value,
        filledAtMs,
        freshForMs: nominalMs * (1 - JITTER * random()),
        tags: [...new Set([...knownTagsOf(key), ...(described?.tags ?? [])])],
        versions: [],
      };
    },
    lifetimeMs: ({ freshForMs }) => (freshForMs > 0 ? lifetimeMs(freshForMs, tolerance) : 0),
  };
}
