import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../cache/clock.ts';
import {
  type CounterBatch,
  type CounterChange,
  type CounterLimits,
  type CounterStore,
  checkChanges,
  withDefaults,
} from './counter-store.ts';

interface WaitingBatch {
  readonly amounts: ReadonlyMap<string, number>;
  freeAtMs: number;
}

interface Counter {
  gathered: Map<string, number>;
  /** By id, in the order in which they were set aside. */
  readonly waiting: Map<string, WaitingBatch>;
}

/**
 * {@link CounterStore} in this process. A crash loses what was gathered since the last batch that was written: as much as one
 * flush interval brings, and what waits while the database is away.
 */
export function createMemoryCounterStore({
  clock = systemClock,
  ...limits
}: CounterLimits & { readonly clock?: Clock } = {}): CounterStore {
  const { batchKeys, waitingBatches, claimMs } = withDefaults(limits);
  const counters = new Map<string, Counter>();

  function counterNamed(name: string): Counter {
    const counter = counters.get(name) ?? { gathered: new Map(), waiting: new Map() };
    counters.set(name, counter);
    return counter;
  }

  function setAside(counter: Counter, freeAtMs: number): [id: string, batch: WaitingBatch] {
    const id = randomUUID();
    const batch = { amounts: counter.gathered, freeAtMs };
    counter.waiting.set(id, batch);
    counter.gathered = new Map();
    return [id, batch];
  }

  function add({ counter: name, key, amount, merge }: CounterChange): boolean {
    const counter = counterNamed(name);
    if (!counter.gathered.has(key) && counter.gathered.size >= batchKeys) {
      if (counter.waiting.size >= waitingBatches) return false;
      setAside(counter, clock.now());
    }
    const gathered = counter.gathered.get(key);
    counter.gathered.set(key, gathered === undefined ? amount : merged(merge, gathered, amount));
    return true;
  }

  function take(counter: string): CounterBatch | undefined {
    const { gathered, waiting } = counterNamed(counter);
    const claimedUntilMs = clock.now() + claimMs;
    const free = [...waiting].filter(([, { freeAtMs }]) => freeAtMs <= clock.now());
    const [oldest] = free.toSorted(([, left], [, right]) => left.freeAtMs - right.freeAtMs);
    if (oldest) {
      const [id, batch] = oldest;
      batch.freeAtMs = claimedUntilMs;
      return { counter, id, amounts: batch.amounts, isNewest: false };
    }
    if (gathered.size === 0) return undefined;
    const [id, { amounts }] = setAside(counterNamed(counter), claimedUntilMs);
    return { counter, id, amounts, isNewest: true };
  }

  return {
    async add(changes) {
      checkChanges(changes);
      return changes.map(add);
    },
    takeBatch: async (counter) => take(counter),
    async confirmBatch({ counter, id }) {
      counterNamed(counter).waiting.delete(id);
    },
    async returnBatch({ counter, id }) {
      const batch = counterNamed(counter).waiting.get(id);
      if (batch) batch.freeAtMs = clock.now();
    },
    close: async () => undefined,
  };
}

function merged(merge: CounterChange['merge'], gathered: number, amount: number): number {
  return merge === 'sum' ? gathered + amount : Math.max(gathered, amount);
}
