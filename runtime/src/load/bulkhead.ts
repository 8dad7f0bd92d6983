import { bulkhead, isBulkheadRejectedError } from 'cockatiel';

export interface BulkheadOptions {
  /** How many calls run at once. */
  readonly atOnce: number;
  /** How many more wait for their turn. */
  readonly waiting: number;
  /** What is thrown for a call beyond these. */
  readonly refusal: () => Error;
}

/**
 * Runs a call once there is room for it, in the order in which they come.
 *
 * @throws what the call throws, or the refusal, at once and without running it
 */
export type Bulkhead = <T>(call: () => Promise<T>) => Promise<T>;

/** Keeps what is costly from taking a process away from all else that it does. */
export function createBulkhead({ atOnce, waiting, refusal }: BulkheadOptions): Bulkhead {
  const policy = bulkhead(atOnce, waiting);
  return async (call) => {
    try {
      return await policy.execute(call);
    } catch (error) {
      throw isBulkheadRejectedError(error) ? refusal() : error;
    }
  };
}
