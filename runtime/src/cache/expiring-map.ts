import type { Clock } from './clock.ts';

const SWEEP_EVERY_WRITES = 10_000;

interface Kept<V> {
  readonly value: V;
  readonly expiresAtMs: number;
}

/** Values by text, each with a time to live. What has expired is swept out now and then, at a cost spread over the writes. */
export class ExpiringMap<V> {
  readonly #kept = new Map<string, Kept<V>>();
  readonly #clock: Clock;
  #writesUntilSweep = SWEEP_EVERY_WRITES;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#kept.size;
  }

  get(key: string): V | undefined {
    return this.#alive(key)?.value;
  }

  set(key: string, value: V, ttlMs: number): void {
    this.#kept.set(key, { value, expiresAtMs: this.#clock.now() + ttlMs });
    this.#sweepNowAndThen();
  }

  /** Sets a value that lives `ttlMs`, or for as long as the one before would have, whichever is longer. */
  extend(key: string, value: V, ttlMs: number): void {
    const leftMs = (this.#alive(key)?.expiresAtMs ?? 0) - this.#clock.now();
    this.set(key, value, Math.max(ttlMs, leftMs));
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }

  #alive(key: string): Kept<V> | undefined {
    const found = this.#kept.get(key);
    return found && found.expiresAtMs > this.#clock.now() ? found : undefined;
  }

  #sweepNowAndThen(): void {
    if (--this.#writesUntilSweep > 0) return;
    // As many writes as there are entries: a sweep then costs each write a constant share.
    this.#writesUntilSweep = Math.max(SWEEP_EVERY_WRITES, this.#kept.size);
    const nowMs = this.#clock.now();
    for (const [key, { expiresAtMs }] of this.#kept) if (expiresAtMs <= nowMs) this.#kept.delete(key);
  }
}
