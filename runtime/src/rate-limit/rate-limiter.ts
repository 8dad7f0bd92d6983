import { LRUCache } from 'lru-cache';
import type { BucketLimit } from './bucket-limit.ts';
import { LeasedBucket, type LeaseOptions } from './leased-bucket.ts';

export interface RateLimiterOptions extends Omit<LeaseOptions, 'nowMs'> {
  /** How many clients are known at once, those that came last. Default 50,000, which take some 20 MB. */
  readonly clients?: number;
  readonly nowMs?: () => number;
}

/** Somebody who has a bucket. */
export interface LimitedClient {
  /** Tells it from all others, whatever their limits are. */
  readonly key: string;
  readonly limit: BucketLimit;
}

/** What is leased and not asked for so long goes back, so that another process finds it. */
const IDLE_MS = 2_000;
const SWEEP_MS = 1_000;
const DEFAULT_CLIENTS = 50_000;

/** The buckets of clients. Whoever makes it closes it, which puts back what it has leased. */
export class RateLimiter {
  readonly #options: LeaseOptions;
  readonly #buckets: LRUCache<string, LeasedBucket>;
  readonly #used = new Set<LeasedBucket>();
  readonly #sweep: NodeJS.Timeout;

  constructor({ clients = DEFAULT_CLIENTS, nowMs = () => performance.now(), ...options }: RateLimiterOptions) {
    this.#options = { ...options, nowMs };
    this.#buckets = new LRUCache({ max: clients });
    this.#sweep = setInterval(() => void this.#releaseIdle(IDLE_MS), SWEEP_MS).unref();
  }

  /** The tokens of a client; the same object for the same key as long as it is known. */
  bucketOf({ key, limit }: LimitedClient): LeasedBucket {
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new LeasedBucket(key, limit, this.#options);
      this.#buckets.set(key, bucket);
    }
    if (this.#options.store) this.#used.add(bucket);
    return bucket;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#releaseIdle(0);
  }

  async #releaseIdle(idleMs: number): Promise<void> {
    const used = [...this.#used];
    this.#used.clear();
    await Promise.all(used.map((bucket) => bucket.release(idleMs)));
    for (const bucket of used) if (bucket.hasLeased) this.#used.add(bucket);
  }
}
