import { type Clock, systemClock } from '@tributary/runtime/cache/clock';
import { LRUCache } from 'lru-cache';

/** Where processes share texts by their hash. A store may lose any of them at any time. */
export interface TextStore {
  /** The text of a hash, or `undefined`. */
  get(hash: string): Promise<string | undefined>;
  /** Keeps a text for so long from now. */
  set(hash: string, text: string, ttlMs: number): Promise<void>;
}

export interface PersistedTextsOptions {
  /** What may be kept in this process, in characters. */
  readonly limitBytes: number;
  /** How long a text is kept from its last use, as far as that is known. */
  readonly ttlMs: number;
  /** Absent where this process is all there is. Its failures count as misses. */
  readonly store?: TextStore | undefined;
  /** Told of each failure of the store. */
  readonly onFailure: (error: unknown) => void;
  readonly clock?: Clock;
}

interface KnownText {
  readonly text: string;
  /** From when on a use is news to the store. */
  renewAtMs: number;
}

/** Texts above it are executed and not kept: their clients send them again. */
export const TEXT_LIMIT = 128 * 1024;
/** A text is renewed in the store when this part of its time has passed, not at every use. */
const RENEWED_AFTER = 0.25;
/** A text that the store did not take is told again by a use after so long. */
const TRIED_AGAIN_AFTER_MS = 1_000;

/** The texts of automatic persisted queries: those this process has seen, before those that are shared. */
export class PersistedTexts {
  readonly #known: LRUCache<string, KnownText>;
  readonly #asked = new Map<string, Promise<string | undefined>>();
  readonly #store: TextStore | undefined;
  readonly #ttlMs: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #clock: Clock;

  constructor({ limitBytes, ttlMs, store, onFailure, clock = systemClock }: PersistedTextsOptions) {
    this.#known = new LRUCache({ maxSize: limitBytes, sizeCalculation: ({ text }, hash) => hash.length + text.length });
    this.#ttlMs = ttlMs;
    this.#store = store;
    this.#onFailure = onFailure;
    this.#clock = clock;
  }

  /** The text of a hash: at once when this process knows it, else as soon as the store has answered all who ask for it together. */
  find(hash: string): string | undefined | Promise<string | undefined> {
    const known = this.#known.get(hash);
    if (known) {
      if (this.#clock.now() >= known.renewAtMs) this.#renew(hash, known);
      return known.text;
    }
    return this.#store && (this.#asked.get(hash) ?? this.#ask(hash, this.#store));
  }

  /** Whether this process knows the text of a hash. */
  has(hash: string): boolean {
    return this.#known.has(hash);
  }

  /** Keeps the text of a hash, here at once and in the store as soon as it can. */
  async keep(hash: string, text: string): Promise<void> {
    if (text.length > TEXT_LIMIT) return;
    await this.#write(hash, this.#remember(hash, text));
  }

  #ask(hash: string, store: TextStore): Promise<string | undefined> {
    const asked = store
      .get(hash)
      .then((text) => {
        // Its end in the store is unknown: to renew it puts that off.
        if (text !== undefined) this.#renew(hash, this.#remember(hash, text));
        return text;
      })
      .catch((error: unknown) => void this.#onFailure(error))
      .finally(() => this.#asked.delete(hash));
    this.#asked.set(hash, asked);
    return asked;
  }

  #remember(hash: string, text: string): KnownText {
    const known = { text, renewAtMs: this.#nextRenewalMs() };
    this.#known.set(hash, known);
    return known;
  }

  #renew(hash: string, known: KnownText): void {
    known.renewAtMs = this.#nextRenewalMs();
    void this.#write(hash, known);
  }

  #nextRenewalMs(): number {
    return this.#clock.now() + this.#ttlMs * RENEWED_AFTER;
  }

  async #write(hash: string, known: KnownText): Promise<void> {
    await this.#store?.set(hash, known.text, this.#ttlMs).catch((error: unknown) => {
      known.renewAtMs = this.#clock.now() + TRIED_AGAIN_AFTER_MS;
      this.#onFailure(error);
    });
  }
}
