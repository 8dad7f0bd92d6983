import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { countOf } from '../testing/counted-usage.ts';
import { CountedUsage } from './counted-usage.ts';

const schema = buildSchema(`
  type Query { books(sort: Sort, filter: Filter, first: Int): [Book] }
  type Book { title: String pages: Int }
  enum Sort { TITLE PAGES }
  input Filter { title: String range: Range }
  input Range { from: Int to: Int }`);
const TITLES = 'query Titles { books { title } }';
const FOUND = 'query Found($filter: Filter, $sort: Sort) { books(filter: $filter, sort: $sort) { pages } }';
const usersOf = (usage: CountedUsage, ...affects: string[]) => usage.usersOf({ affects });

describe('counted usage', () => {
  it('names clients, operations, how often they ask, and when they did last', () => {
    const usage = new CountedUsage(countOf(schema, [{ body: TITLES }, { body: FOUND }]), schema, 0);
    expect(usersOf(usage, 'Book.title')).toEqual(['Titles (web): 1 request, last 2026-11-23']);
    expect(usersOf(usage, 'Query')).toHaveLength(2);
    expect(usersOf(usage, 'Range.never')).toEqual([]);
    expect(usage.usersOf({ affects: 'everything' })).toHaveLength(2);
  });

  it('knows of variables what they held, where somebody looked', () => {
    const variables = { filter: { range: { from: 3 } }, sort: 'TITLE' };
    const usage = new CountedUsage(countOf(schema, [{ body: FOUND, variables }]), schema, 0);
    for (const used of ['Filter', 'Filter.range', 'Range', 'Range.from', 'Sort', 'Sort.TITLE', 'Query.books(sort:)']) {
      expect([used, usersOf(usage, used)]).toEqual([used, [expect.stringContaining('Found (web): 1 request')]]);
    }
    for (const unused of ['Filter.title', 'Range.to', 'Sort.PAGES', 'Query.books(first:)']) {
      expect([unused, usersOf(usage, unused)]).toEqual([unused, []]);
    }
  });

  it('takes all that variables may hold for used where nobody has looked, or not all was kept', () => {
    const unseen = countOf(schema, [{ body: FOUND }]);
    const lost = { ...countOf(schema, [{ body: FOUND, variables: {} }]), hasAllValues: false };
    for (const usage of [unseen, lost]) {
      expect(usersOf(new CountedUsage(usage, schema, 0), 'Sort.PAGES', 'Range.to')).toHaveLength(1);
    }
  });

  it('takes what fewer use than the least share for used by nobody', () => {
    const usage = countOf(schema, [{ body: TITLES }, { body: FOUND }, { body: FOUND }, { body: FOUND }]);
    expect(usersOf(new CountedUsage(usage, schema, 0.25), 'Book.title')).toHaveLength(1);
    expect(usersOf(new CountedUsage(usage, schema, 0.26), 'Book.title')).toEqual([]);
  });

  it('has whoever could not be told apart use everything', () => {
    const usage = { ...countOf(schema, [{ body: TITLES }]), requests: 101, untold: 100 };
    expect(usersOf(new CountedUsage(usage, schema, 0), 'Book.pages')).toEqual([
      '100 requests that could not be told apart',
    ]);
  });
});
