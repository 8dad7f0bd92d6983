import { describe, expect, it } from '@jest/globals';
import type { AbortState } from '../subgraph-fetch/exchange.ts';
import { Flights, type Sharer } from './flights.ts';

interface Text {
  text: string;
}

/** Flights whose work ends when a test says so. */
function setUp() {
  const flights = new Flights<Text>(({ text }) => ({ text }));
  const begun: (PromiseWithResolvers<Text> & { signal: AbortState })[] = [];
  function share(sharer: Partial<Sharer> = {}): Promise<Text> {
    return flights.share({ caller: 'c', work: 'w', signal: undefined, ...sharer }, (signal) => {
      const work = Promise.withResolvers<Text>();
      begun.push({ ...work, signal });
      return work.promise;
    });
  }
  return { flights, begun, share };
}

describe('equal work of one caller', () => {
  it('is done once while it is under way', async () => {
    const { begun, share } = setUp();
    const shared = [share(), share(), share()];
    begun[0]?.resolve({ text: 'a' });

    expect(await Promise.all(shared)).toEqual([{ text: 'a' }, { text: 'a' }, { text: 'a' }]);
    expect(begun).toHaveLength(1);
  });

  it('gives everybody a value of their own, and makes no copy for the last', async () => {
    const { begun, share } = setUp();
    const value = { text: 'a' };
    // Whoever is told first changes what they got at once.
    const change = (got: Text) => {
      const { text } = got;
      got.text = 'changed';
      return { got, text };
    };
    const shared = [share().then(change), share().then(change), share().then(change)];
    begun[0]?.resolve(value);
    const told = await Promise.all(shared);

    expect(told.map(({ text }) => text)).toEqual(['a', 'a', 'a']);
    expect(new Set(told.map(({ got }) => got)).size).toBe(3);
    expect(told[2]?.got).toBe(value);
  });

  it('is done again once it has ended', async () => {
    const { begun, share } = setUp();
    const first = share();
    begun[0]?.resolve({ text: 'a' });
    await first;
    const second = share();
    begun[1]?.resolve({ text: 'b' });

    expect(await second).toEqual({ text: 'b' });
  });

  it('fails for all who share it, and for nobody after them', async () => {
    const { begun, share } = setUp();
    const shared = [share(), share()];
    const failure = new Error('no');
    begun[0]?.reject(failure);

    expect(await Promise.allSettled(shared)).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    const after = share();
    begun[1]?.resolve({ text: 'a' });
    expect(await after).toEqual({ text: 'a' });
  });

  it('fails when it cannot be begun', async () => {
    const { flights } = setUp();
    const share = () =>
      flights.share({ caller: 'c', work: 'w', signal: undefined }, () => {
        throw new Error('no');
      });

    await expect(share()).rejects.toThrow('no');
    await expect(share()).rejects.toThrow('no');
  });
});

it.each<[string, Partial<Sharer>]>([
  ['another caller', { caller: 'd' }],
  ['other work', { work: 'v' }],
  ['another caller with other work, though both are the same together', { caller: 'cw', work: '' }],
])('work is not shared with %s', async (_, other) => {
  const { begun, share } = setUp();
  const shared = [share(), share(other)];
  begun[0]?.resolve({ text: 'a' });
  begun[1]?.resolve({ text: 'b' });

  expect(await Promise.all(shared)).toEqual([{ text: 'a' }, { text: 'b' }]);
});

describe('a sharer who leaves', () => {
  it('leaves the work to those who stay', async () => {
    const { begun, share } = setUp();
    const leaving = new AbortController();
    const left = share({ signal: leaving.signal });
    const stayed = share({ signal: new AbortController().signal });
    leaving.abort();

    expect(begun[0]?.signal.aborted).toBe(false);
    begun[0]?.resolve({ text: 'a' });
    expect(await Promise.all([left, stayed])).toEqual([{ text: 'a' }, { text: 'a' }]);
  });

  it('ends the work when nobody stays', () => {
    const { begun, share } = setUp();
    const leaving = [new AbortController(), new AbortController()];
    for (const { signal } of leaving) void share({ signal });
    for (const controller of leaving) {
      expect(begun[0]?.signal.aborted).toBe(false);
      controller.abort();
    }

    expect(begun[0]?.signal.aborted).toBe(true);
  });

  it('does not end work of somebody who cannot leave', () => {
    const { begun, share } = setUp();
    void share({ signal: AbortSignal.abort() });
    void share();
    void share({ signal: AbortSignal.abort() });

    expect(begun.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  });

  it('is not joined, since what nobody waits for may be cut off', async () => {
    const { begun, share } = setUp();
    const leaving = new AbortController();
    const left = share({ signal: leaving.signal });
    leaving.abort();
    const came = share();
    begun[0]?.reject(new Error('cut off'));
    await expect(left).rejects.toThrow('cut off');
    const joined = share();
    begun[1]?.resolve({ text: 'a' });

    expect(await Promise.all([came, joined])).toEqual([{ text: 'a' }, { text: 'a' }]);
    expect(begun).toHaveLength(2);
  });
});

describe('work that is sealed', () => {
  it('ends for those who share it, and is joined by nobody else', async () => {
    const { flights, begun, share } = setUp();
    const before = [share(), share()];
    flights.seal('c');
    const after = share();
    begun[0]?.resolve({ text: 'before' });
    expect(await Promise.all(before)).toEqual([{ text: 'before' }, { text: 'before' }]);
    const joined = share();
    begun[1]?.resolve({ text: 'after' });

    expect(await Promise.all([after, joined])).toEqual([{ text: 'after' }, { text: 'after' }]);
    expect(begun).toHaveLength(2);
  });

  it('is that of one caller', async () => {
    const { flights, begun, share } = setUp();
    const first = share({ caller: 'd' });
    flights.seal('c');
    const second = share({ caller: 'd' });
    begun[0]?.resolve({ text: 'a' });

    expect(await Promise.all([first, second])).toEqual([{ text: 'a' }, { text: 'a' }]);
  });
});
