/** A token bucket: what it holds when it is full, and how fast it fills. */
export interface BucketLimit {
  /** In tokens; a whole number above zero. */
  readonly capacity: number;
  /** How long an empty one takes to be full. */
  readonly windowMs: number;
}

/** How many tokens come back in a millisecond. */
export function refillPerMs({ capacity, windowMs }: BucketLimit): number {
  return capacity / windowMs;
}

/** The part of a limit that one of several processes has by itself. */
export function shareOf({ capacity, windowMs }: BucketLimit, processes: number): BucketLimit {
  const share = Math.max(1, Math.floor(capacity / processes));
  // Rounding the capacity changes nothing about how fast all shares together fill.
  return { capacity: share, windowMs: (windowMs * share * processes) / capacity };
}
