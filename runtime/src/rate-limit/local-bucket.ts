import { type BucketLimit, refillPerMs } from './bucket-limit.ts';

/** A token bucket of this process alone; full when it is made. */
export class LocalBucket {
  readonly #limit: BucketLimit;
  #tokens: number;
  #atMs: number;

  constructor(limit: BucketLimit, nowMs: number) {
    this.#limit = limit;
    this.#tokens = limit.capacity;
    this.#atMs = nowMs;
  }

  /** Whether there were as many tokens, which are gone then. */
  take(tokens: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (tokens > this.#tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  put(tokens: number): void {
    this.#tokens = Math.min(this.#limit.capacity, this.#tokens + tokens);
  }

  /** How long it takes until there are as many tokens. */
  waitMs(tokens: number, nowMs: number): number {
    this.#refill(nowMs);
    return Math.max(0, tokens - this.#tokens) / refillPerMs(this.#limit);
  }

  remaining(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens;
  }

  #refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.put(elapsedMs * refillPerMs(this.#limit));
  }
}
