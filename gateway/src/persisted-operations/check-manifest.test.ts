import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { findProblems } from './check-manifest.ts';
import type { ClientVersion, PublishedManifest, PublishedOperation } from './manifest.ts';

const schema = buildSchema('type Query { a: Int b(x: Int!): Int } type Mutation { c: Int }');
const WEB_1 = { name: 'web', version: '1' };

const operation = (changes: Partial<PublishedOperation> = {}): PublishedOperation => ({
  id: 'id',
  body: 'query A { a }',
  name: 'A',
  type: 'query',
  ...changes,
});

function published(operations: PublishedOperation[], client: ClientVersion = WEB_1): PublishedManifest {
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations } as const;
  return { client, publishedAt: '2026-01-01T00:00:00Z', manifest };
}

describe('findProblems', () => {
  it('finds nothing wrong with operations that fit the schema', () => {
    const body = 'mutation C { ...F } fragment F on Mutation { c }';
    const operations = [operation(), operation({ id: hash('sha256', body), body, name: 'C', type: 'mutation' })];
    expect(findProblems(published(operations), { schema, others: [] })).toEqual([]);
  });

  it('finds all that is wrong, operation by operation', () => {
    const operations = [
      operation({ id: '1', body: 'query A {' }),
      operation({ id: '2', body: 'query A { nothing b }' }),
      operation({ id: '3', body: 'query A { a } query B { a }' }),
      operation({ id: '4', name: 'B' }),
      operation({ id: '5', type: 'mutation' }),
      operation({ id: '6'.repeat(64) }),
    ];
    expect(findProblems(published(operations), { schema, others: [] })).toEqual([
      'A (1): Syntax Error: Expected Name, found <EOF>.',
      'A (2): Cannot query field "nothing" on type "Query".',
      'A (2): Field "b" argument "x" of type "Int!" is required, but it was not provided.',
      'A (3): the text is not one operation',
      'B (4): the operation of the text is named A',
      'A (5): the operation of the text is a query',
      `A (${'6'.repeat(64)}): the id is a hash, and not that of the text`,
    ]);
  });

  it('finds ids that stand for two texts, here and among what others have published', () => {
    const other = operation({ body: 'query A { __typename a }' });
    const others = [published([other], { name: 'ios', version: '2' })];
    expect(findProblems(published([operation()]), { schema, others })).toEqual([
      'A (id): ios 2 has another text by this id',
    ]);
    expect(findProblems(published([operation(), other]), { schema, others: [] })).toEqual([
      'A (id): this manifest has another text by this id',
    ]);
    const apart = [operation({ clientName: 'web' })];
    expect(findProblems(published(apart), { schema, others })).toEqual([]);
    expect(findProblems(published([other]), { schema, others })).toEqual([]);
  });

  it('does not compare a manifest with the one that it replaces', () => {
    const others = [published([operation({ body: 'query A { __typename a }' })])];
    expect(findProblems(published([operation()]), { schema, others })).toEqual([]);
  });
});
