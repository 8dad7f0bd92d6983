import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@tributary/runtime/logging/logger';
import { buildSchema, parse } from 'graphql';
import { reportUsage } from './open-usage.ts';
import { type TakenUsage, UsageBook } from './usage-book.ts';

const schema = buildSchema('type Query { books(sort: Sort): [String] } enum Sort { TITLE PAGES }');
const asked = (text: string, operationName?: string) => ({ schema, document: parse(text), operationName });
const SORTED = asked('query Sorted($sort: Sort) { books(sort: $sort) }');
const countsIn = ({ uses }: TakenUsage) =>
  uses.map(({ client, operation, uses: count }) => [client, operation.name, count]);

describe('what clients use', () => {
  it('is counted by client and operation, and begins anew when it is taken', () => {
    const book = new UsageBook();
    for (const client of ['web', 'ios', 'web', undefined]) book.counterOf(SORTED, client)?.count({});
    expect(countsIn(book.take())).toEqual([
      ['web', 'Sorted', 2],
      ['ios', 'Sorted', 1],
      ['unnamed', 'Sorted', 1],
    ]);
    expect(book.take()).toEqual({ uses: [], untold: 0 });
    book.counterOf(SORTED, 'web')?.add();
    expect(countsIn(book.take())).toEqual([['web', 'Sorted', 1]]);
  });

  it('is found once for an operation: one counter for all its requests of a client', () => {
    const book = new UsageBook();
    expect(book.counterOf(SORTED, 'web')).toBe(book.counterOf(SORTED, 'web'));
  });

  it('is what the operation uses that was asked for of several', () => {
    const book = new UsageBook();
    const both = 'query One { books } query Two($sort: Sort) { books(sort: $sort) }';
    book.counterOf(asked(both, 'One'), 'web')?.add();
    expect(book.take().uses.map(({ operation }) => operation)).toMatchObject([
      { name: 'One', coordinates: ['Query', 'Query.books', 'String'], variableTypes: [] },
    ]);
  });

  it('is nothing where the schema itself is asked for', () => {
    expect(new UsageBook().counterOf(asked('{ __schema { types { name } } }'), 'web')).toBeUndefined();
  });

  it('has the values of all of few requests looked at, and of many only some', () => {
    const book = new UsageBook();
    const counter = book.counterOf(SORTED, 'web');
    for (let count = 0; count < 640; count++) counter?.count({ sort: 'TITLE' });
    const [use] = book.take().uses;
    expect(use).toMatchObject({ uses: 640, samples: 18, values: new Map([['Sort.TITLE', 18]]) });
  });

  it('counts what is too much to be told apart', () => {
    const book = new UsageBook();
    for (let client = 0; client < 5_003; client++) book.counterOf(asked(`{ a${client}: books }`), 'web')?.add();
    const { uses, untold } = book.take();
    expect([uses.length, untold]).toEqual([5_000, 3]);
  });

  it('is told again when it could not be told', async () => {
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
    book.counterOf(SORTED, 'web')?.count({ sort: 'PAGES' });
    await reporting.stop();
    isAway = false;
    book.counterOf(SORTED, 'web')?.count({});
    await reporting.stop();
    expect(told.flatMap(countsIn).reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(2);
    expect(told[0]?.uses.some(({ values }) => values.get('Sort.PAGES') === 1)).toBe(true);
  });
});
