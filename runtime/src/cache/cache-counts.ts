import { z } from 'zod';
import type { CacheObserver } from './cache-outcome.ts';

const lookUps = { hit: 0, stale: 0, miss: 0, bypass: 0 };
const fills = { stored: 0, unshared: 0, overtaken: 0, failed: 0 };

/** What became of look-ups in each tier, and of fills. Who waited for the look-up of another is counted in the local tier alone. */
export interface CacheCounts {
  readonly local: Record<keyof typeof lookUps, number>;
  readonly shared: Record<keyof typeof lookUps, number>;
  readonly fill: Record<keyof typeof fills, number>;
}

/** Counts what one cache does: an observer that costs an addition, and tells another one where there is one. */
export class CacheCounter {
  #counts = noCounts();
  readonly observer: CacheObserver;

  constructor(next: CacheObserver = {}) {
    this.observer = {
      ...next,
      onLookUp: (key, outcome) => {
        this.#counts[outcome.tier][outcome.outcome] += 1;
        next.onLookUp?.(key, outcome);
      },
      onFill: (key, outcome) => {
        this.#counts.fill[outcome.outcome] += 1;
        next.onFill?.(key, outcome);
      },
    };
  }

  /** What was counted since it was taken last. */
  take(): CacheCounts {
    const taken = this.#counts;
    this.#counts = noCounts();
    return taken;
  }
}

const count = z.coerce.number();

/** As one number a field, `local hit`, without those that are 0. */
export function fieldsOfCounts(counts: CacheCounts): Map<string, number> {
  const fields = Object.entries(counts).flatMap(([group, numbers]) =>
    Object.entries<number>(numbers).map(([name, number]): [string, number] => [`${group} ${name}`, number]),
  );
  return new Map(fields.filter(([, number]) => number > 0));
}

/** What {@link fieldsOfCounts} made fields of; unknown fields are passed over. */
export function countsOfFields(fields: Readonly<Record<string, string>>): CacheCounts {
  const read = <K extends string>(group: string, zero: Record<K, number>): Record<K, number> => {
    const numbers = { ...zero };
    for (const name in zero) numbers[name] = count.parse(fields[`${group} ${name}`] ?? 0);
    return numbers;
  };
  return { local: read('local', lookUps), shared: read('shared', lookUps), fill: read('fill', fills) };
}

/** Nothing was counted. */
export function noCounts(): CacheCounts {
  return { local: { ...lookUps }, shared: { ...lookUps }, fill: { ...fills } };
}
