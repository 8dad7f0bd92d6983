/** How often, and how soon, an event that could not be handled is tried again. */
export interface RetryPolicy {
  /** After so many failed attempts in one process the event is given up. An attempt that failed because of an outage does not count. */
  readonly maxAttempts: number;
  /** The rest after a failed attempt doubles from the first of these to the second. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** The longest rest while what the handler needs is away. */
  readonly maxAwayRetryMs: number;
  /** After so many deliveries that nobody answered an event is suspected to take processes down, and may be given up. */
  readonly maxDeliveries: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 10,
  firstRetryMs: 1_000,
  maxRetryMs: 60_000,
  maxAwayRetryMs: 5_000,
  maxDeliveries: 30,
};
