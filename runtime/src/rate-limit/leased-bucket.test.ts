import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BucketLimit } from './bucket-limit.ts';
import { LeasedBucket, type LeaseOptions } from './leased-bucket.ts';
import { LocalBucket } from './local-bucket.ts';
import type { TokenGrant, TokenRequest, TokenStore } from './token-store.ts';

const LIMIT: BucketLimit = { capacity: 100, windowMs: 100_000 };

/** What Redis does, in this process, with a clock of its own and as slow as the test says. */
class FakeStore implements TokenStore {
  readonly calls: TokenRequest[] = [];
  isAway = false;
  answersWhen: Promise<unknown> = Promise.resolve();
  #bucket: LocalBucket | undefined;

  async take(request: TokenRequest): Promise<TokenGrant> {
    this.calls.push(request);
    await this.answersWhen;
    if (this.isAway) throw new Error('away');
    this.#bucket ??= new LocalBucket(request.limit, nowMs);
    const bucket = this.#bucket;
    bucket.put(request.credit);
    const left = Math.floor(bucket.remaining(nowMs));
    const granted = left >= request.need ? Math.min(request.want, left) : 0;
    bucket.take(granted, nowMs);
    return { granted, remaining: left - granted };
  }
}

let nowMs: number;
let store: FakeStore;
beforeEach(() => {
  nowMs = 1_000;
  store = new FakeStore();
});

function makeBucket(options: Partial<LeaseOptions> = {}): LeasedBucket {
  const defaults = { store, lease: 10, processes: 1, withoutStore: 'share', nowMs: () => nowMs } as const;
  return new LeasedBucket('client', LIMIT, { ...defaults, ...options });
}

async function admitted(bucket: LeasedBucket, requests: number, tokens = 1): Promise<number> {
  const verdicts = await Promise.all(Array.from({ length: requests }, () => bucket.spend(tokens)));
  return verdicts.filter(({ isAdmitted }) => isAdmitted).length;
}

describe('tokens that are leased', () => {
  it('are spent without another call', async () => {
    const bucket = makeBucket();
    await bucket.spend(1);

    expect(Array.from({ length: 7 }, () => bucket.trySpend(1))).toEqual(new Array(7).fill(true));
    expect(store.calls).toHaveLength(1);
  });

  it('are leased again before they run out, so that nobody waits', async () => {
    const bucket = makeBucket();
    for (let request = 0; request < 60; request++) {
      if (!bucket.trySpend(1)) await bucket.spend(1);
      await new Promise(setImmediate);
    }

    expect(store.calls.filter(({ need }) => need > 0)).toHaveLength(1);
    expect(store.calls.length).toBeLessThanOrEqual(9);
  });

  it('are asked for once by all who wait', async () => {
    const bucket = makeBucket({ lease: 1 });

    expect(await admitted(bucket, 50)).toBe(50);
    expect(store.calls.map(({ want }) => want)).toEqual([1, 49]);
  });

  it('go back when nobody has asked for a while', async () => {
    const bucket = makeBucket();
    await bucket.spend(1);
    await bucket.release(2_000);
    expect(store.calls).toHaveLength(1);

    nowMs += 2_000;
    await bucket.release(2_000);
    expect(store.calls[1]).toMatchObject({ credit: 10, need: 0, want: 0 });
    expect(bucket.hasLeased).toBe(false);
  });
});

describe('a limit', () => {
  it('is exact with a lease of one, however many processes ask at once', async () => {
    const buckets = Array.from({ length: 4 }, () => makeBucket({ lease: 1 }));
    const counts = await Promise.all(buckets.map((bucket) => admitted(bucket, 250)));

    expect(counts.reduce((sum, count) => sum + count)).toBe(100);
  });

  it('is exceeded by no more than what was leased before', async () => {
    const buckets = Array.from({ length: 3 }, () => makeBucket());
    await Promise.all(buckets.map((bucket) => bucket.spend(1)));
    nowMs += 100_000;
    const counts = await Promise.all(buckets.map((bucket) => admitted(bucket, 200)));

    expect(counts.reduce((sum, count) => sum + count)).toBe(100 + 3 * 10);
  });

  it('holds for requests of any cost, refunds and pauses, in every order', async () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % below;
    };
    const startedAtMs = nowMs;
    const buckets = [makeBucket({ lease: 1 }), makeBucket({ lease: 10 }), makeBucket({ lease: 50 })];
    let used = 0;
    for (let step = 0; step < 5_000; step++) {
      const bucket = buckets[random(3)];
      const tokens = 1 + random(20);
      const verdict = await bucket?.spend(tokens);
      if (verdict?.isAdmitted) {
        const kept = random(tokens + 1);
        used += kept;
        bucket?.refund(tokens, { used: kept, paidBy: verdict.paidBy });
      }
      if (random(10) === 0) nowMs += random(3_000);
      if (random(20) === 0) await bucket?.release(0);
    }

    const refilled = (nowMs - startedAtMs) / 1_000;
    expect(used).toBeLessThanOrEqual(100 + refilled + 2 * 10);
    expect(used).toBeGreaterThan(0.5 * refilled);
  });

  it('lets an operation in that costs more than there can be, when all is there', async () => {
    const bucket = makeBucket();

    expect(await bucket.spend(1_000)).toMatchObject({ isAdmitted: true });
    expect(await bucket.spend(1)).toMatchObject({ isAdmitted: false });
  });
});

describe('a refusal', () => {
  it('says when there are tokens again', async () => {
    const bucket = makeBucket({ lease: 1 });
    await admitted(bucket, 100);

    expect(await bucket.spend(5)).toEqual({ isAdmitted: false, why: 'spent', retryAfterMs: 5_000 });
  });

  it('is remembered for a moment, for what costs as much or more', async () => {
    const bucket = makeBucket({ lease: 1 });
    await admitted(bucket, 97);
    await bucket.spend(5);
    const calls = store.calls.length;

    expect(await bucket.spend(6)).toMatchObject({ isAdmitted: false });
    expect(store.calls).toHaveLength(calls);
    expect(await bucket.spend(3)).toMatchObject({ isAdmitted: true });
    nowMs += 250;
    await bucket.spend(5);
    expect(store.calls).toHaveLength(calls + 2);
  });

  it('ends with a refund', async () => {
    const bucket = makeBucket({ lease: 1 });
    await bucket.spend(100);
    await bucket.spend(5);
    bucket.refund(100, { used: 90, paidBy: 'store' });
    await new Promise(setImmediate);

    expect(await bucket.spend(10)).toMatchObject({ isAdmitted: true });
    expect(await bucket.spend(1)).toMatchObject({ isAdmitted: false });
  });
});

describe('while the store is away', () => {
  beforeEach(() => {
    store.isAway = true;
  });

  it('each process has its share', async () => {
    const buckets = Array.from({ length: 4 }, () => makeBucket({ processes: 4 }));
    const counts = await Promise.all(buckets.map((bucket) => admitted(bucket, 100)));
    expect(counts).toEqual([25, 25, 25, 25]);

    nowMs += 100_000;
    expect(await admitted(makeBucket({ processes: 4 }), 100)).toBe(25);
  });

  it('a share gets back what it has paid, and no other tokens do', async () => {
    const bucket = makeBucket({ processes: 4 });
    const verdict = await bucket.spend(50);
    if (verdict.isAdmitted) bucket.refund(50, { used: 15, paidBy: verdict.paidBy });
    expect(await admitted(bucket, 100)).toBe(10);

    store.isAway = false;
    expect(await admitted(bucket, 200)).toBe(100);
  });

  it('all are let in, where it is said so, and nothing is owed to them later', async () => {
    const bucket = makeBucket({ withoutStore: 'open' });
    const verdict = await bucket.spend(50);
    expect(verdict).toEqual({ isAdmitted: true, paidBy: 'nobody' });
    bucket.refund(50, { used: 0, paidBy: 'nobody' });
    expect(await admitted(bucket, 500)).toBe(500);

    store.isAway = false;
    expect(await admitted(bucket, 500)).toBe(100);
  });

  it('nobody is, where it is said so', async () => {
    const bucket = makeBucket({ withoutStore: 'closed' });

    expect(await bucket.spend(1)).toEqual({ isAdmitted: false, why: 'unknown', retryAfterMs: 1_000 });
  });
});

describe('without a store', () => {
  it('a process has its share, and nobody waits', () => {
    const bucket = makeBucket({ store: undefined, processes: 2, withoutStore: 'closed' });
    const verdicts = Array.from({ length: 60 }, () => bucket.spend(1));

    expect(verdicts.filter((verdict) => 'isAdmitted' in verdict && verdict.isAdmitted)).toHaveLength(50);
    expect(bucket.remaining()).toBe(0);
  });

  it('a share that would be less than a token is one, which comes back more slowly', () => {
    const bucket = makeBucket({ store: undefined, processes: 200 });
    expect([bucket.spend(1), bucket.spend(1)]).toMatchObject([{ isAdmitted: true }, { isAdmitted: false }]);
    nowMs += 199_000;
    expect(bucket.spend(1)).toMatchObject({ isAdmitted: false });
    nowMs += 1_000;
    expect(bucket.spend(1)).toMatchObject({ isAdmitted: true });
  });
});
