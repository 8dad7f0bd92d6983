import { describe, expect, it } from '@jest/globals';
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
