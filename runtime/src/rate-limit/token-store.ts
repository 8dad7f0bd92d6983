import type { BucketLimit } from './bucket-limit.ts';

/** What is asked of a bucket, in tokens. */
export interface TokenRequest {
  readonly key: string;
  readonly limit: BucketLimit;
  /** Put back before anything is taken; never beyond the capacity. */
  readonly credit: number;
  /** Less is of no use. */
  readonly need: number;
  readonly want: number;
}

export interface TokenGrant {
  /** From `need` to `want`, or 0. */
  readonly granted: number;
  /** What is left in the bucket, rounded down. */
  readonly remaining: number;
}

/** Where processes share buckets. */
export interface TokenStore {
  /**
   * Puts back and takes tokens in one step.
   * @throws Error when that cannot be known within a small time; whether it was done is not known then
   */
  take(request: TokenRequest): Promise<TokenGrant>;
}
