import { type BucketLimit, refillPerMs, shareOf } from './bucket-limit.ts';
import { LocalBucket } from './local-bucket.ts';
import type { TokenGrant, TokenStore } from './token-store.ts';
import { ADMITTED, type Payer, type Verdict } from './verdict.ts';

/** What is done while nobody knows how many tokens a client has: this process's share of the limit, or all are let in, or nobody. */
export const withoutStoreModes = ['share', 'open', 'closed'] as const;
export type WithoutStore = (typeof withoutStoreModes)[number];

export interface LeaseOptions {
  /** Absent where this process is alone with its share. */
  readonly store: TokenStore | undefined;
  /**
   * How many tokens of a client this process has at hand. What all processes have at hand together is how much more than the
   * limit a client may get. With 1 there are none: every request asks the store, and the limit is exact.
   */
  readonly lease: number;
  /** How many processes share a limit while they cannot reach the store. */
  readonly processes: number;
  readonly withoutStore: WithoutStore;
  /** A clock that is never set back. */
  readonly nowMs: () => number;
}

interface Demand {
  readonly tokens: number;
  readonly settle: (verdict: Verdict) => void;
}

/** A client that was refused is refused without another look for as long, or until it is known to have tokens again. */
const REFUSAL_MEMORY_MS = 250;
/** How soon somebody should come back whom nobody could tell anything. */
const UNKNOWN_RETRY_MS = 1_000;
const NO_REFUSAL = { tokens: Number.POSITIVE_INFINITY, untilMs: 0 };

/**
 * The tokens of one client, as one process knows them. It leases some of them from the store ahead of time, in one call for all
 * requests that wait, and spends them here: a request that finds enough of them calls nobody.
 *
 * Every token that is spent was taken out of the store's bucket before. So in any time all processes together let in no more than
 * the bucket held, what it was refilled with meanwhile, and what they had leased before.
 */
export class LeasedBucket {
  readonly #key: string;
  readonly #limit: BucketLimit;
  readonly #options: LeaseOptions;
  readonly #shareLimit: BucketLimit;
  readonly #spare: number;
  #leased = 0;
  /** Leased or refunded, and to be put back with the next call. */
  #credit = 0;
  #waiting: Demand[] = [];
  #isAsking = false;
  #left: { readonly tokens: number; readonly atMs: number };
  #refusal = NO_REFUSAL;
  #share: LocalBucket | undefined;
  #usedAtMs: number;

  constructor(key: string, limit: BucketLimit, options: LeaseOptions) {
    const { store, lease, processes, nowMs } = options;
    this.#key = key;
    this.#limit = limit;
    this.#options = options;
    this.#shareLimit = shareOf(limit, processes);
    // A small bucket must not be empty for others only because one process has leased it.
    this.#spare = store && lease > 1 ? Math.min(lease, Math.ceil(limit.capacity / 10)) : 0;
    this.#usedAtMs = nowMs();
    this.#left = { tokens: limit.capacity, atMs: this.#usedAtMs };
  }

  /** Spends tokens that are at hand; `false` says nothing of a client: `spend` does. */
  trySpend(tokens: number): boolean {
    if (tokens > this.#leased || this.#waiting.length > 0) return false;
    this.#leased -= tokens;
    this.#usedAtMs = this.#options.nowMs();
    if (this.#leased < this.#spare / 4 && !this.#isAsking) void this.#ask();
    return true;
  }

  /** Spends tokens, all or none. More than the bucket can hold are as many as it can hold. */
  spend(tokens: number): Verdict | Promise<Verdict> {
    const asked = Math.min(tokens, this.#limit.capacity);
    if (this.trySpend(asked)) return ADMITTED.store;
    const nowMs = this.#options.nowMs();
    this.#usedAtMs = nowMs;
    if (!this.#options.store) return this.#spendWithout(asked, nowMs);
    if (asked >= this.#refusal.tokens && nowMs < this.#refusal.untilMs) return this.#refused(asked, nowMs);
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    this.#waiting.push({ tokens: asked, settle: resolve });
    if (!this.#isAsking) void this.#ask();
    return promise;
  }

  /**
   * Gives back what was spent too much.
   * @param asked what `spend` was asked for
   * @param paidBy what its verdict says
   */
  refund(asked: number, { used, paidBy }: { used: number; paidBy: Payer }): void {
    const paid = Math.min(asked, paidBy === 'share' ? this.#shareLimit.capacity : this.#limit.capacity);
    const tokens = paid - used;
    if (tokens <= 0 || paidBy === 'nobody') return;
    if (paidBy === 'share') {
      this.#share?.put(tokens);
      return;
    }
    this.#leased += tokens;
    this.#refusal = NO_REFUSAL;
    this.#setSurplusAside();
    if (this.#credit > 0 && !this.#isAsking) void this.#ask();
  }

  /** Puts back what is leased once nobody has asked for so long. Resolves when that is done, or cannot be. */
  async release(idleMs: number): Promise<void> {
    if (this.#options.nowMs() - this.#usedAtMs < idleMs || this.#waiting.length > 0 || this.#isAsking) return;
    this.#credit += this.#leased;
    this.#leased = 0;
    if (this.#credit > 0) await this.#ask();
  }

  /** Whether there is something to put back. */
  get hasLeased(): boolean {
    return this.#leased + this.#credit > 0;
  }

  /** How many tokens the client has left, as far as is known here. */
  remaining(): number {
    const nowMs = this.#options.nowMs();
    if (this.#share) return Math.floor(this.#share.remaining(nowMs));
    return Math.floor(Math.min(this.#limit.capacity, this.#leftAt(nowMs) + this.#leased));
  }

  /** Asks the store until nobody waits. Whoever comes meanwhile shares the next call. */
  async #ask(): Promise<void> {
    const { store } = this.#options;
    if (!store) return;
    this.#isAsking = true;
    do {
      const demands = this.#waiting.length;
      const credit = this.#credit;
      this.#credit = 0;
      try {
        this.#receive(await store.take({ key: this.#key, limit: this.#limit, credit, ...this.#wanted(credit > 0) }));
        this.#serve(demands);
      } catch {
        // Whether the credit has arrived is not known, and to give it twice would let in more than the limit.
        this.#serveWithout();
      }
      this.#setSurplusAside();
    } while (this.#waiting.length > 0 || this.#credit > 0);
    this.#isAsking = false;
  }

  #wanted(hasCredit: boolean): { need: number; want: number } {
    let [least, all] = [Number.POSITIVE_INFINITY, 0];
    for (const { tokens } of this.#waiting) {
      least = Math.min(least, tokens);
      all += tokens;
    }
    if (all > 0) {
      return { need: Math.max(0, least - this.#leased), want: Math.max(0, all + this.#spare - this.#leased) };
    }
    // Who puts something back has enough at hand, or is idle.
    return { need: 0, want: hasCredit ? 0 : Math.max(0, this.#spare - this.#leased) };
  }

  #receive({ granted, remaining }: TokenGrant): void {
    this.#leased += granted;
    this.#left = { tokens: remaining, atMs: this.#options.nowMs() };
    this.#share = undefined;
  }

  #serve(demands: number): void {
    const nowMs = this.#options.nowMs();
    for (const { tokens, settle } of this.#waiting.splice(0, demands)) {
      if (tokens <= this.#leased) {
        this.#leased -= tokens;
        settle(ADMITTED.store);
        continue;
      }
      if (tokens < this.#refusal.tokens || nowMs >= this.#refusal.untilMs) {
        const untilMs = nowMs + Math.min(REFUSAL_MEMORY_MS, this.#waitMs(tokens, nowMs));
        this.#refusal = { tokens, untilMs };
      }
      settle(this.#refused(tokens, nowMs));
    }
  }

  #serveWithout(): void {
    const nowMs = this.#options.nowMs();
    for (const { tokens, settle } of this.#waiting.splice(0)) settle(this.#spendWithout(tokens, nowMs));
  }

  #spendWithout(tokens: number, nowMs: number): Verdict {
    const { withoutStore, store } = this.#options;
    if (store && withoutStore === 'open') return ADMITTED.nobody;
    if (store && withoutStore === 'closed') {
      return { isAdmitted: false, why: 'unknown', retryAfterMs: UNKNOWN_RETRY_MS };
    }
    this.#share ??= new LocalBucket(this.#shareLimit, nowMs);
    // A share may hold less than a costly operation takes, which then needs all of it.
    const asked = Math.min(tokens, this.#shareLimit.capacity);
    if (this.#share.take(asked, nowMs)) return ADMITTED.share;
    return { isAdmitted: false, why: 'spent', retryAfterMs: this.#share.waitMs(asked, nowMs) };
  }

  #refused(tokens: number, nowMs: number): Verdict {
    return { isAdmitted: false, why: 'spent', retryAfterMs: this.#waitMs(tokens, nowMs) };
  }

  #waitMs(tokens: number, nowMs: number): number {
    return Math.max(0, tokens - this.#leftAt(nowMs) - this.#leased) / refillPerMs(this.#limit);
  }

  #leftAt(nowMs: number): number {
    const { tokens, atMs } = this.#left;
    return Math.min(this.#limit.capacity, tokens + (nowMs - atMs) * refillPerMs(this.#limit));
  }

  /** Nothing more than the lease is kept at hand. */
  #setSurplusAside(): void {
    const surplus = this.#leased - this.#spare;
    if (surplus <= 0) return;
    this.#leased -= surplus;
    this.#credit += surplus;
  }
}
