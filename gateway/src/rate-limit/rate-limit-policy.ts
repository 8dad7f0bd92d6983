import type { BucketLimit } from '@tributary/runtime/rate-limit/bucket-limit';
import type { Refusal } from '@tributary/runtime/rate-limit/verdict';

/** The limit of a class of clients, and how answers name it. */
export interface RateLimitPolicy {
  /** `anonymous`, `customer`, `key`, … */
  readonly name: string;
  readonly limit: BucketLimit;
  /** The value of `RateLimit-Policy`. */
  readonly header: string;
  /** How many requests and operations were refused by it so far. */
  readonly refusals: Record<Refusal['why'], number>;
}

/**
 * A policy in the form of the current draft: `"customer";q=6000;qu="cost";w=60`.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function rateLimitPolicy(name: string, limit: BucketLimit): RateLimitPolicy {
  const windowSeconds = Math.ceil(limit.windowMs / 1_000);
  return {
    name,
    limit,
    header: `"${name}";q=${limit.capacity};qu="cost";w=${windowSeconds}`,
    refusals: { spent: 0, unknown: 0 },
  };
}
