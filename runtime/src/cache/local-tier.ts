import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.ts';
import type { Entry } from './entry.ts';
import type { InvalidationLog, LogPosition } from './invalidation-log.ts';

interface Kept {
  readonly entry: Entry;
  /** Up to where in the log none of the entry's tags was invalidated since its reading began. */
  trueAt: LogPosition;
  readonly untilMs: number;
  readonly sizeBytes: number;
}

export interface LocalTierOptions {
  /** Of the encoded values together, before they are compressed; 0 keeps nothing. */
  readonly limitBytes: number;
  /** How long an entry is taken at its word before the second tier is asked again: the bound when messages get lost. */
  readonly maxAgeMs: number;
}

/** A reading that has begun: what it brings may be kept for as long as nothing overtakes it. */
export interface Reading {
  readonly position: LogPosition;
  readonly beganAtMs: number;
}

/**
 * The first tier: entries in this process, decoded. It compares the tags of an entry with the log of invalidations when the
 * entry is asked for, so an invalidation costs no search, and a value that was read before one can't come in after it.
 */
export class LocalTier {
  readonly #options: LocalTierOptions;
  readonly #log: InvalidationLog;
  readonly #clock: Clock;
  readonly #kept: LRUCache<string, Kept> | undefined;

  constructor(options: LocalTierOptions, log: InvalidationLog, clock: Clock) {
    this.#options = options;
    this.#log = log;
    this.#clock = clock;
    const { limitBytes } = options;
    if (limitBytes > 0) this.#kept = new LRUCache({ maxSize: limitBytes, sizeCalculation: (kept) => kept.sizeBytes });
  }

  beginReading(): Reading {
    return { position: this.#log.position, beganAtMs: this.#clock.now() };
  }

  get(key: string): Entry | undefined {
    const found = this.#kept?.get(key);
    if (!found) return undefined;
    const { position } = this.#log;
    const isTrue = found.trueAt === position || !this.#log.hasAnySince(found.trueAt, found.entry.tags);
    if (!isTrue || found.untilMs <= this.#clock.now()) {
      this.#kept?.delete(key);
      return undefined;
    }
    // Most entries are asked for more often than anything is invalidated, and an answer has hundreds of tags.
    found.trueAt = position;
    return found.entry;
  }

  /** Keeps what `reading` brought, unless it was overtaken meanwhile. */
  set(key: string, entry: Entry, sizeBytes: number, reading: Reading): void {
    const { position: trueAt } = reading;
    const untilMs = reading.beganAtMs + this.#options.maxAgeMs;
    if (this.#log.hasAnySince(trueAt, entry.tags)) return;
    this.#kept?.set(key, { entry, trueAt, untilMs, sizeBytes: sizeBytes + key.length });
  }

  clear(): void {
    this.#kept?.clear();
  }
}
