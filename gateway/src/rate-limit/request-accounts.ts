import type { HttpRequest } from '@tributary/runtime/http/http-message';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { RateLimits } from './open-rate-limits.ts';
import { RequestAccount } from './request-account.ts';

/** Opens an account for each request. */
export interface RequestAccounts {
  /** @returns `undefined` where its client is not limited and nothing is weighed */
  open(viewer: Viewer | null, request: HttpRequest): RequestAccount | undefined;
  /**
   * Takes what the operations of a request cost however they are answered.
   * @returns nothing where that is done at once
   * @throws CodedError RATE_LIMITED, RATE_LIMITER_UNAVAILABLE; it may be rejected with it instead
   */
  pay(account: RequestAccount, request: HttpRequest): Promise<unknown> | undefined;
}

/** @param options.mostOperations how many operations one request may hold; who sends more pays for as many */
export function createRequestAccounts(options: {
  rateLimits: RateLimits | undefined;
  isWeighed: boolean;
  mostOperations: number;
}): RequestAccounts | undefined {
  const { rateLimits, isWeighed, mostOperations } = options;
  if (!rateLimits && !isWeighed) return undefined;
  return {
    open(viewer, request) {
      const payer = rateLimits?.payerOf(viewer, request);
      return payer || isWeighed ? new RequestAccount(payer) : undefined;
    },
    pay(account, { body }) {
      if (!rateLimits) return undefined;
      const operations = Array.isArray(body) ? Math.max(1, Math.min(body.length, mostOperations)) : 1;
      const paid = account.spend(operations * rateLimits.operationCost);
      return paid instanceof Promise ? paid : undefined;
    },
  };
}
