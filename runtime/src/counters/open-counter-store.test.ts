import { describe, expect, it } from '@jest/globals';
import { openCounterStore } from './open-counter-store.ts';

const view = { counter: 'views', key: 'p1', amount: 1, merge: 'sum' } as const;

describe('openCounterStore', () => {
  it.each([undefined, 'memcached://127.0.0.1:11211'])('gathers in the process, and says so, on %s', async (url) => {
    const notices: string[] = [];
    const store = await openCounterStore({ url, onNotice: (notice) => notices.push(notice) });
    expect(await store.add([view])).toEqual([true]);
    expect((await store.takeBatch('views'))?.amounts).toEqual(new Map([['p1', 1]]));
    expect(notices).toEqual([expect.stringContaining('gather in this process')]);
    await store.close();
  });

  it('opens while its Redis is away, and then says of each change that it is not known to be gathered', async () => {
    const failures: (Error | undefined)[] = [];
    const url = 'redis://127.0.0.1:1';
    const store = await openCounterStore({ url, onNotice: (_, error) => failures.push(error) });
    await expect(store.add([view])).rejects.toThrow();
    await store.close();
    expect(failures[0]?.message).toContain('ECONNREFUSED');
  });
});
