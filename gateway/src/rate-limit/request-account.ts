import { CodedError } from '@tributary/runtime/errors/coded-error';
import { refillPerMs } from '@tributary/runtime/rate-limit/bucket-limit';
import type { LeasedBucket } from '@tributary/runtime/rate-limit/leased-bucket';
import type { Admission, Refusal, Verdict } from '@tributary/runtime/rate-limit/verdict';
import type { RateLimitPolicy } from './rate-limit-policy.ts';

/** Whose tokens a request spends; absent for a client that is not limited. */
export interface Payer {
  readonly bucket: LeasedBucket;
  readonly policy: RateLimitPolicy;
}

const PAID_BY_NOBODY: Admission = { isAdmitted: true, paidBy: 'nobody' };

/** What one request spends, with all the operations that it brings. */
export class RequestAccount {
  readonly #payer: Payer | undefined;
  /** What its operations might have cost and what they did, for its answer; absent when none was weighed. */
  #cost: { estimated: number; actual: number } | undefined;

  /** Tokens that are gone by now, some of which may have come back. */
  #spent = 0;
  #retryAfterSeconds: number | undefined;

  constructor(payer: Payer | undefined) {
    this.#payer = payer;
  }

  /** An account of the same client for something later that the request brings about, such as an event of its stream. */
  renewed(): RequestAccount {
    return new RequestAccount(this.#payer);
  }

  /**
   * Spends tokens.
   * @throws CodedError RATE_LIMITED, RATE_LIMITER_UNAVAILABLE; it may be rejected with it instead
   */
  spend(tokens: number): Admission | Promise<Admission> {
    if (!this.#payer) return PAID_BY_NOBODY;
    const verdict = this.#payer.bucket.spend(tokens);
    if (verdict instanceof Promise) return verdict.then((decided) => this.#decide(decided, tokens));
    return this.#decide(verdict, tokens);
  }

  /** Gives back what `spend` took beyond what was used. */
  settle(spent: number, used: number, admission: Admission): void {
    this.#payer?.bucket.refund(spent, { used, paidBy: admission.paidBy });
  }

  /** Notes what an operation might have cost and did. */
  note(estimated: number, actual: number): void {
    this.#cost ??= { estimated: 0, actual: 0 };
    this.#cost.estimated += estimated;
    this.#cost.actual += actual;
  }

  /** What an answer says of this account. */
  headers(): [name: string, value: string][] {
    const headers = this.#payer ? rateLimitHeaders(this.#payer, this.#retryAfterSeconds) : [];
    if (this.#cost) headers.push([COST_HEADER, `estimated=${this.#cost.estimated}, actual=${this.#cost.actual}`]);
    return headers;
  }

  #decide(verdict: Verdict, tokens: number): Admission {
    if (!verdict.isAdmitted) return this.#refuse(verdict);
    this.#spent += tokens;
    return verdict;
  }

  #refuse({ why, retryAfterMs }: Refusal): never {
    if (this.#payer) this.#payer.policy.refusals[why] += 1;
    // Whoever comes back pays all of it again.
    const againMs = this.#payer ? this.#spent / refillPerMs(this.#payer.policy.limit) : 0;
    const retryAfterSeconds = Math.max(1, Math.ceil((retryAfterMs + againMs) / 1_000));
    this.#retryAfterSeconds = retryAfterSeconds;
    if (why === 'unknown') {
      throw new CodedError('RATE_LIMITER_UNAVAILABLE', 'Nobody can tell how much this client has asked for', {
        extensions: { retryAfterSeconds },
      });
    }
    const policy = this.#payer?.policy;
    throw new CodedError('RATE_LIMITED', `This client has asked for more than ${policy?.name} clients may`, {
      extensions: {
        retryAfterSeconds,
        limit: policy?.limit.capacity,
        windowSeconds: (policy?.limit.windowMs ?? 0) / 1_000,
      },
    });
  }
}

/** What an operation might have cost and did, as a dictionary of structured fields. */
export const COST_HEADER = 'x-tributary-cost';

/**
 * What is left and, in seconds, when all of it is there again.
 * @param retryAfterSeconds for a refusal: when it is worth to come back, of which both headers then tell
 */
export function rateLimitHeaders(
  { bucket, policy }: Payer,
  retryAfterSeconds?: number,
): [name: string, value: string][] {
  const { capacity, windowMs } = policy.limit;
  const remaining = bucket.remaining();
  const resetSeconds = retryAfterSeconds ?? Math.ceil(((capacity - remaining) * windowMs) / capacity / 1_000);
  return [
    ['ratelimit-policy', policy.header],
    ['ratelimit', `"${policy.name}";r=${remaining};t=${resetSeconds}`],
  ];
}
