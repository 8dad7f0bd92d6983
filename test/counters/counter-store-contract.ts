import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CounterBatch, CounterLimits, CounterStore } from '@tributary/runtime/counters/counter-store';
import { eventually } from '../kit/eventually.ts';

/** A store that one test has to itself. */
export interface CounterStoreScene {
  open(limits: CounterLimits): CounterStore;
  tearDown(): Promise<void>;
}

const LONG_CLAIM_MS = 60_000;
const VIEWS = 'views';
const RECENT = 'recent';

/** What every {@link CounterStore} has to hold to. */
export function describeCounterStore(name: string, setUp: () => Promise<CounterStoreScene>): void {
  describe(`counters on ${name}`, () => {
    let scene: CounterStoreScene;
    beforeEach(async () => {
      scene = await setUp();
    });
    afterEach(() => scene?.tearDown());

    const open = (limits: CounterLimits = {}) => scene.open({ claimMs: LONG_CLAIM_MS, ...limits });
    const view = (store: CounterStore, key: string, amount = 1) =>
      store.add([{ counter: VIEWS, key, amount, merge: 'sum' }]);
    const take = async (store: CounterStore, counter = VIEWS): Promise<CounterBatch> => {
      const batch = await store.takeBatch(counter);
      if (batch === undefined) throw new Error('there is no batch');
      return batch;
    };
    const amountsOf = ({ amounts }: CounterBatch) => Object.fromEntries(amounts);
    /** Batches that were set aside in the same millisecond come in any order. */
    const byFirstKey = (batches: CounterBatch[]) =>
      batches
        .map(({ amounts }) => Object.fromEntries([...amounts].toSorted()))
        .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));

    it('has no batch when nothing was gathered', async () => {
      expect(await open().takeBatch(VIEWS)).toBeUndefined();
    });

    it('adds up sums, keeps the greatest, and keeps counters apart', async () => {
      const store = open();
      await store.add([
        { counter: VIEWS, key: 'p1', amount: 1, merge: 'sum' },
        { counter: RECENT, key: 'u1:p1', amount: 500, merge: 'max' },
      ]);
      await store.add([
        { counter: VIEWS, key: 'p1', amount: 2, merge: 'sum' },
        { counter: RECENT, key: 'u1:p1', amount: 400, merge: 'max' },
        { counter: RECENT, key: 'u1:p2', amount: 9_007_199_254_740_991, merge: 'max' },
        { counter: RECENT, key: 'u1:p2', amount: 9_007_199_254_740_990, merge: 'max' },
      ]);
      expect(amountsOf(await take(store))).toEqual({ p1: 3 });
      expect(amountsOf(await take(store, RECENT))).toEqual({ 'u1:p1': 500, 'u1:p2': 9_007_199_254_740_991 });
    });

    it('gathers nothing of no changes', async () => {
      const store = open();
      expect(await store.add([])).toEqual([]);
      expect(await store.takeBatch(VIEWS)).toBeUndefined();
    });

    it('gathers all of many concurrent changes', async () => {
      const store = open();
      await Promise.all(Array.from({ length: 500 }, (_, index) => view(store, `p${index % 7}`)));
      const { amounts } = await take(store);
      expect([amounts.size, [...amounts.values()].reduce((sum, count) => sum + count)]).toEqual([7, 500]);
    });

    it.each([
      ['an empty key', { key: '', amount: 1 }],
      ['a fraction', { key: 'p1', amount: 0.5 }],
    ])('refuses %s', async (_, change) => {
      await expect(open().add([{ counter: VIEWS, merge: 'sum', ...change }])).rejects.toThrow(RangeError);
    });

    it('hands a batch to one taker, and what comes later is another batch', async () => {
      const store = open();
      await view(store, 'p1');
      const first = await take(store);
      expect(await store.takeBatch(VIEWS)).toBeUndefined();
      await view(store, 'p1', 5);
      const second = await take(store);
      expect([amountsOf(first), amountsOf(second)]).toEqual([{ p1: 1 }, { p1: 5 }]);
      expect([first.isNewest, second.isNewest]).toEqual([true, true]);
      expect(second.id).not.toBe(first.id);
      expect(first.id).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('keeps a batch until it is confirmed: the same one, when it is returned', async () => {
      const store = open();
      await view(store, 'p1');
      const first = await take(store);
      await store.returnBatch(first);
      const again = await take(store);
      expect(again).toEqual({ ...first, isNewest: false });
      await store.confirmBatch(again);
      expect(await store.takeBatch(VIEWS)).toBeUndefined();
      await store.returnBatch(again);
      expect(await store.takeBatch(VIEWS)).toBeUndefined();
    });

    it('gives a batch whose claim ran out to another', async () => {
      const store = open({ claimMs: 30 });
      await view(store, 'p1');
      const first = await take(store);
      await view(store, 'p2');
      const taken = await eventually(
        () => store.takeBatch(VIEWS),
        (batch) => batch?.id === first.id,
      );
      expect(taken).toEqual({ ...first, isNewest: false });
    });

    it('sets a full batch aside, and refuses new keys when as many wait as may', async () => {
      const store = open({ batchKeys: 2, waitingBatches: 2 });
      const outcomes: boolean[] = [];
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'e']) outcomes.push(...(await view(store, key)));
      // What is gathered already goes on counting.
      expect(outcomes).toEqual([true, true, true, true, true, true, false, true]);
      const batches = [await take(store), await take(store), await take(store)];
      expect(byFirstKey(batches)).toEqual([
        { a: 1, b: 1 },
        { c: 1, d: 1 },
        { e: 2, f: 1 },
      ]);
      expect(batches.map(({ isNewest }) => isNewest)).toEqual([false, false, true]);
      await Promise.all(batches.map((batch) => store.confirmBatch(batch)));
      expect(await view(store, 'g')).toEqual([true]);
    });

    it('fills batches within one call, too', async () => {
      const store = open({ batchKeys: 2, waitingBatches: 20 });
      const keys = ['a', 'b', 'c', 'd', 'e'];
      const changes = keys.map((key) => ({ counter: VIEWS, key, amount: 1, merge: 'sum' }) as const);
      expect(await store.add(changes)).toEqual(keys.map(() => true));
      const batches = [await take(store), await take(store), await take(store)];
      expect(byFirstKey(batches)).toEqual([{ a: 1, b: 1 }, { c: 1, d: 1 }, { e: 1 }]);
      expect(new Set(batches.map(({ id }) => id)).size).toBe(3);
    });
  });
}
