import { NonceTable } from './nonce-table.ts';

const bucketMs = 1_000;

/**
 * The nonces of the requests that one process has accepted. Each is remembered until its request is too late by its time-stamp.
 *
 * What is forgotten stays too late, also when the clock is set back: no nonce counts again. Where clocks were set back by more than
 * the window, requests are refused until they have come so far again, since nothing tells them from old ones.
 *
 * Memory is bounded (each nonce takes at most 48 bytes), and at the bound the oldest second is forgotten: requests that were stamped
 * then or before are refused from then on as too late. So under a load that nobody has foreseen the window gets shorter;
 * new requests still pass, and no old one passes twice.
 */
export class NonceMemory {
  readonly #windowMs: number;
  readonly #limit: number;
  /** By the second of their time-stamps. */
  readonly #buckets = new Map<number, NonceTable>();
  #size = 0;
  /** Time-stamps below it are too late, whatever the window says. */
  #floorMs = Number.NEGATIVE_INFINITY;
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param options.windowMs how far a time-stamp may be from now, either way
   * @param options.limit the most nonces that are remembered. Default 500,000: 16,000 requests a second in 30 s
   */
  constructor({ windowMs, limit = 500_000 }: { windowMs: number; limit?: number }) {
    this.#windowMs = windowMs;
    this.#limit = limit;
  }

  /** How many nonces are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Whether a request with this time-stamp is neither late nor early. */
  isCurrent(timestampMs: number, nowMs: number): boolean {
    return Math.abs(nowMs - timestampMs) <= this.#windowMs && timestampMs >= this.#floorMs;
  }

  /**
   * Remembers the nonce of a request that is current.
   *
   * @param nonce 12 characters of base64url
   * @returns whether it is new
   */
  add(nonce: string, timestampMs: number, nowMs: number): boolean {
    this.#forgetLate(nowMs);
    const second = Math.floor(timestampMs / bucketMs);
    const bucket = this.#bucketOf(second);
    if (!bucket.add(nonce)) return false;
    this.#size += 1;
    while (this.#size > this.#limit) this.#forgetOldest();
    return true;
  }

  #bucketOf(second: number): NonceTable {
    let bucket = this.#buckets.get(second);
    if (bucket === undefined) {
      bucket = new NonceTable();
      this.#buckets.set(second, bucket);
    }
    return bucket;
  }

  /** Looks once a second, which is as fine as the buckets are. */
  #forgetLate(nowMs: number): void {
    if (Math.abs(nowMs - this.#sweptAtMs) < bucketMs) return;
    this.#sweptAtMs = nowMs;
    for (const second of this.#buckets.keys()) {
      const lastMs = (second + 1) * bucketMs - 1;
      if (lastMs < nowMs - this.#windowMs) this.#forget(second);
    }
  }

  #forgetOldest(): void {
    this.#forget(Math.min(...this.#buckets.keys()));
  }

  #forget(second: number): void {
    this.#size -= this.#buckets.get(second)?.size ?? 0;
    this.#buckets.delete(second);
    this.#floorMs = Math.max(this.#floorMs, (second + 1) * bucketMs);
  }
}
