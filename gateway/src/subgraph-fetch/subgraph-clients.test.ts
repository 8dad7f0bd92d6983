import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SubgraphClientRegistry } from './subgraph-client-registry.ts';
import { createSubgraphClients, refuseUnknownOverrides } from './subgraph-clients.ts';

const limits = { timeoutMs: 1_000, connectionLimit: 1, waitingLimit: 1, responseLimitBytes: 1_000 };
const books = { name: 'old-books', url: 'http://books.test/graphql' };

describe('the clients of all subgraphs', () => {
  it('are one a subgraph', () => {
    expect([...createSubgraphClients([books], new Map(), limits).keys()]).toEqual(['old-books']);
  });

  it.each([
    ['a URL that is none', 'books.test'],
    ['a URL of another kind', 'ftp://books.test'],
    ['an empty list', ' , '],
  ])('are not made for %s, and the variable to set is named', (_case, url) => {
    expect(() => createSubgraphClients([{ ...books, url }], new Map(), limits)).toThrow(/set SUBGRAPH_URL_OLD_BOOKS/);
  });

  it('take an override in place of a URL that is none', () => {
    const overrides = new Map([['SUBGRAPH_URL_OLD_BOOKS', 'http://a.test, http://b.test']]);

    expect(createSubgraphClients([{ ...books, url: '' }], overrides, limits).size).toBe(1);
  });

  it('say so when an override names no subgraph', () => {
    const overrides = new Map([['SUBGRAPH_URL_BOOK', 'http://a.test']]);

    expect(() => refuseUnknownOverrides([books], overrides)).toThrow(
      'SUBGRAPH_URL_BOOK: no such subgraph; there are SUBGRAPH_URL_OLD_BOOKS',
    );
  });
});

describe('the clients of a supergraph that comes back', () => {
  afterEach(() => void jest.useRealTimers());

  it('stay open, even when they were about to be closed while it was got ready', async () => {
    jest.useFakeTimers();
    const registry = new SubgraphClientRegistry(new Map(), limits);
    const before = registry.clientsFor([books]);
    const client = before.get(books.name);
    if (!client) throw new Error('there is no client');
    const stop = jest.spyOn(client, 'stop');
    registry.serve(before);
    registry.serve(registry.clientsFor([]));
    await jest.advanceTimersByTimeAsync(59_000);

    const again = registry.clientsFor([books]);
    await jest.advanceTimersByTimeAsync(5_000);
    registry.serve(again);
    await jest.advanceTimersByTimeAsync(60_000);

    expect([again.get(books.name), stop.mock.calls]).toEqual([client, []]);
    jest.useRealTimers();
    await registry.stop();
    expect(stop).toHaveBeenCalledTimes(1);
  });
});
