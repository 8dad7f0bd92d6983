import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@tributary/runtime/logging/logger';
import { buildSchema, parse } from 'graphql';
import { reportUsage } from './open-usage.ts';
import { type TakenUsage, UsageBook } from './usage-book.ts';

const SDL = `
  type Query { books(sort: Sort, filter: Filter, ids: [ID]): [Book] titled: [Titled] }
  interface Titled { title: String }
  type Book implements Titled { title: String pages: Int }
  enum Sort { TITLE PAGES }
  input Filter { title: String sorts: [Sort!] and: [Filter!] }`;
const schema = buildSchema(SDL);
const asked = (text: string, operationName?: string) => ({ schema, document: parse(text), operationName });
const SORTED = asked('query Sorted($sort: Sort) { books(sort: $sort) { pages } }');
const FILTERED = asked('query Filtered($filter: Filter) { books(filter: $filter) { pages } }');
const countsIn = ({ uses }: TakenUsage) =>
  uses.map(({ client, operation, uses: count }) => [client, operation.name, count]);

/** What a book has counted of requests for operations without variables. */
function countOf(...requests: ReturnType<typeof asked>[]): TakenUsage {
  const book = new UsageBook();
  for (const request of requests) book.counterOf(request, 'web')?.count(() => ({}));
  return book.take();
}

/** The values that were found in the variables of one request. */
function valuesIn(request: ReturnType<typeof asked>, variables: Record<string, unknown>): string[] {
  const book = new UsageBook();
  book.counterOf(request, 'web')?.count(() => variables);
  return book.take().uses.flatMap(({ values }) => [...values.keys()]);
}

describe('what clients use', () => {
  it('is counted by client and operation, and begins anew when it is taken', () => {
    const book = new UsageBook();
    for (const client of ['web', 'ios', 'web', undefined]) book.counterOf(SORTED, client)?.count(() => ({}));
    expect(countsIn(book.take())).toEqual([
      ['web', 'Sorted', 2],
      ['ios', 'Sorted', 1],
      ['unnamed', 'Sorted', 1],
    ]);
    expect(book.take()).toEqual({ uses: [], untold: 0 });
    book.counterOf(SORTED, 'web')?.count(() => ({}));
    expect(countsIn(book.take())).toEqual([['web', 'Sorted', 1]]);
  });

  it('is found once for an operation: one counter for all its requests of a client', () => {
    const book = new UsageBook();
    expect(book.counterOf(SORTED, 'web')).toBe(book.counterOf(SORTED, 'web'));
  });

  it('is what the operation uses that was asked for of several', () => {
    const both = 'query One { books { title } } query Two($sort: Sort) { books(sort: $sort) { title } }';
    expect(countOf(asked(both, 'One')).uses.map(({ operation }) => operation)).toMatchObject([
      { name: 'One', coordinates: ['Book', 'Book.title', 'Query', 'Query.books', 'String'], variableTypes: [] },
    ]);
  });

  it('is what is behind aliases and fragments, of interfaces, and in the literals of lists, inputs and defaults', () => {
    const { uses } = countOf(
      asked(`query Much($sort: Sort = PAGES) { of: titled { ...Named ... on Book { length: pages } } ...More }
        fragment Named on Titled { name: title }
        fragment More on Query { books(sort: $sort, filter: { and: [{ sorts: [TITLE] }] }) { title } }`),
    );
    expect(uses[0]?.operation.coordinates.filter((coordinate) => /[.(]/.test(coordinate))).toEqual([
      'Book.pages',
      'Book.title',
      'Filter.and',
      'Filter.sorts',
      'Query.books',
      'Query.books(filter:)',
      'Query.books(sort:)',
      'Query.titled',
      'Sort.PAGES',
      'Sort.TITLE',
      'Titled.title',
    ]);
  });

  it('is one for texts that differ in literals, aliases and order alone, and others that use something else', () => {
    const texts = Array.from({ length: 100 }, (_, id) => `{ b${id}: books(ids: [${id}]) { title pages } }`);
    const same = [...texts, '{ books(ids: "a") { pages title } }'];
    const others = ['query Named { books(ids: []) { title pages } }', '{ books(ids: 1, sort: PAGES) { title pages } }'];
    expect(countsIn(countOf(...[...same, ...others].map((text) => asked(text))))).toEqual([
      ['web', 'unnamed query', 101],
      ['web', 'Named', 1],
      ['web', 'unnamed query', 1],
    ]);
  });

  it('is another thing where the schema has another meaning for the same text', () => {
    const { document } = asked('{ titled { title } }');
    const renamed = buildSchema(SDL.replaceAll('Titled', 'Named'));
    const { uses } = countOf(
      { schema, document, operationName: undefined },
      { schema: renamed, document, operationName: undefined },
    );
    expect(uses.map(({ operation }) => operation.coordinates.includes('Titled.title'))).toEqual([true, false]);
    expect(new Set(uses.map(({ operation }) => operation.hash)).size).toBe(2);
  });

  it('is nothing where the schema alone is asked for, and of what asks for both the rest', () => {
    expect(countOf(asked('{ __schema { types { name } } }'), asked('{ __type(name: "Book") { name } }')).uses).toEqual(
      [],
    );
    const { uses } = countOf(asked('{ __schema { types { name } } books { __typename title } }'));
    expect(uses[0]?.operation.coordinates).toEqual(['Book', 'Book.title', 'Query', 'Query.books', 'String']);
  });

  it('has clients by names that can be shown anywhere', () => {
    const book = new UsageBook();
    const names = ['web/1.2 (beta)', '\u009b2J\u00e4', '<b>|`@all`', 'x'.repeat(1_000), ''];
    for (const name of names) book.counterOf(SORTED, name)?.count(() => ({}));
    expect(book.take().uses.map(({ client }) => client)).toEqual([
      'web/1.2 (beta)',
      '_2J_',
      '_b____all_',
      'x'.repeat(64),
      'unnamed',
    ]);
  });

  it('keeps no more counters for names that somebody makes up, and loses none of what they have counted', () => {
    const book = new UsageBook();
    const web = book.counterOf(SORTED, 'web');
    web?.count(() => ({}));
    for (let name = 0; name < 20_000; name++) book.counterOf(FILTERED, `bot ${name}`);
    expect(book.counterOf(SORTED, 'web')).not.toBe(web);
    for (const counter of [web, book.counterOf(SORTED, 'web')]) counter?.count(() => ({}));
    expect(countsIn(book.take())).toEqual([['web', 'Sorted', 3]]);
  });
});

describe('the values of variables', () => {
  it('are all of few requests, and of many only some', () => {
    const book = new UsageBook();
    const counter = book.counterOf(SORTED, 'web');
    for (let count = 0; count < 640; count++) counter?.count(() => ({ sort: 'TITLE' }));
    const [use] = book.take().uses;
    expect(use).toMatchObject({ uses: 640, samples: 18, values: new Map([['Sort.TITLE', 18]]) });
  });

  it('are found in lists and inputs within inputs, also where a list was left out around its only item', () => {
    const filter = { and: [{ sorts: 'TITLE' }, { sorts: ['PAGES'], title: null }] };
    expect(valuesIn(FILTERED, { filter }).toSorted()).toEqual([
      'Filter',
      'Filter.and',
      'Filter.sorts',
      'Filter.title',
      'Sort.PAGES',
      'Sort.TITLE',
    ]);
  });

  it('are looked for in what is nested as deep as somebody likes, and in what does not fit', () => {
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 100_000; level++) deep = { and: deep };
    expect(valuesIn(FILTERED, { filter: deep })).toEqual(['Filter', 'Filter.and']);
    expect(valuesIn(FILTERED, { filter: 'all' })).toEqual([]);
    expect(valuesIn(SORTED, { sort: '__proto__' })).toEqual([]);
  });
});

describe('what cannot be told', () => {
  afterEach(() => void jest.useRealTimers());

  it('is counted where it is too much to be told apart', () => {
    const book = new UsageBook();
    for (let client = 0; client < 5_003; client++) book.counterOf(SORTED, `client ${client}`)?.count(() => ({}));
    const { uses, untold } = book.take();
    expect([uses.length, untold]).toEqual([5_000, 3]);
  });

  it('is told with what was counted since, and takes no more room however often that fails', async () => {
    const book = new UsageBook();
    const told: TakenUsage[] = [];
    let isAway = true;
    const store = {
      async add(taken: TakenUsage) {
        if (isAway) throw new Error('away');
        told.push(taken);
      },
    };
    const reporting = reportUsage(book, { store, days: 1, logger: createLogger({ service: 'test', level: 'silent' }) });
    for (let attempt = 0; attempt < 100; attempt++) {
      for (let client = 0; client < 100; client++)
        book.counterOf(SORTED, `client ${client}`)?.count(() => ({ sort: 'PAGES' }));
      await reporting.stop();
    }
    isAway = false;
    await reporting.stop();
    expect(told).toHaveLength(1);
    expect(told[0]?.untold).toBe(0);
    expect(told[0]?.uses).toHaveLength(100);
    expect(told[0]?.uses[0]).toMatchObject({ uses: 100, samples: 9, values: new Map([['Sort.PAGES', 9]]) });
  });

  it('is waited for at the end where it is being told', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const book = new UsageBook();
    const answered = Promise.withResolvers<void>();
    const store = { add: () => answered.promise };
    const reporting = reportUsage(book, { store, days: 1, logger: createLogger({ service: 'test', level: 'silent' }) });
    book.counterOf(SORTED, 'client')?.count(() => ({}));
    jest.advanceTimersByTime(5_000);
    let isStopped = false;
    const stopping = reporting.stop().then(() => {
      isStopped = true;
    });
    await setImmediate();
    expect(isStopped).toBe(false);
    answered.resolve();
    await stopping;
  });
});
