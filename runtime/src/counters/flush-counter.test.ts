import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CounterBatch, CounterStore } from './counter-store.ts';
import { type FlushOptions, flushCounter } from './flush-counter.ts';
import { createMemoryCounterStore } from './memory-counter-store.ts';

let store: CounterStore;
let written: [string, number][][];
let lost: CounterBatch[];
beforeEach(() => {
  store = createMemoryCounterStore({ batchKeys: 2 });
  written = [];
  lost = [];
});

const view = (key: string) => store.add([{ counter: 'views', key, amount: 1, merge: 'sum' }]);
const flush = (options: Partial<FlushOptions> = {}) =>
  flushCounter({
    store,
    counter: 'views',
    write: async ({ amounts }) => void written.push([...amounts]),
    onLost: (batch) => lost.push(batch),
    ...options,
  });

describe('flushCounter', () => {
  it('writes nothing when nothing was gathered', async () => {
    await flush();
    expect(written).toEqual([]);
  });

  it('writes the batches that filled up before the newest, each once', async () => {
    for (const key of ['a', 'b', 'b', 'c']) await view(key);
    await flush();
    await flush();
    expect(written).toEqual([
      [
        ['a', 1],
        ['b', 2],
      ],
      [['c', 1]],
    ]);
  });

  it('leaves what comes while it writes to the next round', async () => {
    await view('a');
    await flush({
      write: async ({ amounts }) => {
        written.push([...amounts]);
        await view('a');
      },
    });
    expect(written).toEqual([[['a', 1]]]);
  });

  it('gives back a batch that cannot be written, with its id, and throws', async () => {
    await view('a');
    const tried: string[] = [];
    const write = async ({ id }: CounterBatch) => {
      tried.push(id);
      throw new Error('the database is away');
    };
    await expect(flush({ write })).rejects.toThrow('the database is away');
    await view('b');
    await expect(flush({ write })).rejects.toThrow('the database is away');
    expect(tried[0]).toBe(tried[1]);
    await flush();
    expect(written).toEqual([[['a', 1]], [['b', 1]]]);
  });

  it('ends after the batch under way when it is told to', async () => {
    for (const key of ['a', 'b', 'c']) await view(key);
    const ending = new AbortController();
    await flush({
      signal: ending.signal,
      write: async ({ amounts }) => {
        written.push([...amounts]);
        ending.abort();
      },
    });
    expect(written).toHaveLength(1);
  });

  it('says which batch the store has dropped, and goes on', async () => {
    const batch = { counter: 'views', id: 'an-id', amounts: new Map(), isNewest: true };
    const confirmed: string[] = [];
    await flush({
      store: { ...store, takeBatch: async () => batch, confirmBatch: async ({ id }) => void confirmed.push(id) },
    });
    expect([lost, confirmed, written]).toEqual([[batch], ['an-id'], []]);
  });
});
