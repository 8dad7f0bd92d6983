import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import {
  entityFetch,
  makeOperation,
  type PlannedReply,
  rootFetch,
  type SentRequest,
} from '../../testing/hand-made-plan.ts';
import { mergeShapeOf } from './merge-shape.ts';
import { UnifiedObjects } from './unified-objects.ts';
import { compileUnify } from './unify-objects.ts';
import { countWrittenPlaces, placeOf } from './written-places.ts';

/** The pets of two owners, unified as the answer to a fetch of owners, beside other fetches at the same place. */
function unifiedPets(query: string, [one, other]: [unknown, unknown], otherQueries: string[] = []) {
  const shapes = [query, ...otherQueries].map((text) =>
    mergeShapeOf(parse(text), { renames: [], interfaceNames: new Set() }),
  );
  const path = ['owners', '@'];
  const writers = countWrittenPlaces(shapes.map((shape) => ({ path, shape })));
  const unify = compileUnify(shapes[0] ?? [], { place: placeOf(path), isRoot: false, writers });
  const unified = new UnifiedObjects();
  const owners: JsonObject[] = [{ pet: one }, { pet: other }];
  for (const owner of owners) unify?.(owner, unified);
  return { pets: owners.map(({ pet }) => pet), hasRepeats: unified.hasRepeats };
}

describe('equal objects', () => {
  const query = '{ pet { __typename id tags friends { id } } }';
  const pet = (more: object = {}) => ({
    __typename: 'Cat',
    id: '1',
    tags: ['a', 'b'],
    friends: [{ id: '2' }],
    ...more,
  });

  it('become one, with all that is below', () => {
    const { pets, hasRepeats } = unifiedPets(query, [pet(), pet()]);

    expect(pets[0]).toBe(pets[1]);
    expect(pets[0]).toEqual(pet());
    expect(hasRepeats).toBe(true);
  });

  it.each<[string, object]>([
    ['type', { __typename: 'Dog' }],
    ['leaf', { id: '2' }],
    ['kind of leaf', { id: 1 }],
    ['list', { tags: ['a'] }],
    ['object below', { friends: [{ id: '3' }] }],
    ['number of objects below', { friends: [] }],
    ['object that is a leaf', { tags: [{}] }],
    ['null', { friends: null }],
  ])('are not those that have another %s', (_case, difference) => {
    const { pets } = unifiedPets(query, [pet(), pet(difference)]);

    expect(pets).toEqual([pet(), pet(difference)]);
    expect(pets[0]).not.toBe(pets[1]);
  });

  it('become one below objects that are not equal', () => {
    const { pets } = unifiedPets(query, [pet({ id: '7' }), pet({ id: '8' })]);
    const friends = pets.map((each) => (each as { friends: unknown[] }).friends[0]);

    expect(friends[0]).toBe(friends[1]);
  });

  it('stay apart where another fetch brings more for them from above', () => {
    const { pets } = unifiedPets(query, [pet(), pet()], ['{ pet { age } }']);

    expect(pets[0]).not.toBe(pets[1]);
  });

  it('are looked for under keys that every object inherits', () => {
    const inherited = () => JSON.parse('{"__proto__":{"constructor":"c"},"toString":"t"}');
    const { pets } = unifiedPets('{ pet { toString: a __proto__: b { constructor: c } } }', [inherited(), inherited()]);

    expect(pets[0]).toBe(pets[1]);
    expect(JSON.stringify(pets[0])).toBe('{"__proto__":{"constructor":"c"},"toString":"t"}');
    expect('c' in {}).toBe(false);
  });
});

describe('an answer in which entities are repeated', () => {
  const SCHEMA = `
    type Query { books: [Book!]! }
    type Book { id: ID! author: Author size: Size }
    type Author { id: ID! name: String! age: Int! }
    type Size { width: Int! height: Int }`;
  const books = rootFetch('shelf', '{books{__typename id}}');
  const shelf = { data: { books: ['1', '2', '3'].map((id) => ({ __typename: 'Book', id })) } };
  const author = (more: object = {}) => ({ __typename: 'Author', id: 'a', name: 'Jane', ...more });

  async function answer(
    query: string,
    nodes: ReturnType<typeof entityFetch>[],
    reply: (sent: SentRequest) => PlannedReply,
  ) {
    const made = makeOperation({
      schema: SCHEMA,
      query,
      plan: { kind: 'Sequence', nodes: [books, ...nodes] },
      reply: (sent) => (sent.subgraph === 'shelf' ? shelf : reply(sent)),
    });
    const { dataText, errors } = await made.operation.executeToText({ variables: {}, transport: made.transport });
    return { data: JSON.parse(dataText ?? ''), errors, made };
  }

  it('has each of them completed wherever it stands', async () => {
    const nodes = [
      entityFetch('authors', ['books', '@'], 'Book', 'author{__typename id name}'),
      entityFetch('ages', ['books', '@', 'author'], 'Author', 'age'),
    ];
    const { data, made } = await answer('{ books { author { name age } } }', nodes, ({ subgraph }) => ({
      data: { _entities: subgraph === 'ages' ? [{ age: 41 }] : shelf.data.books.map(() => ({ author: author() })) },
    }));

    expect(data).toEqual({ books: shelf.data.books.map(() => ({ author: { name: 'Jane', age: 41 } })) });
    expect(made.requests.map(({ representations }) => representations)).toEqual([0, 3, 1]);
  });

  it('has an error at every place of one that is wrong', async () => {
    const nodes = [entityFetch('authors', ['books', '@'], 'Book', 'author{__typename id name}')];
    const { data, errors } = await answer('{ books { author { name } } }', nodes, () => ({
      data: {
        _entities: shelf.data.books.map((_book, index) => ({ author: author(index > 0 ? { name: null } : {}) })),
      },
    }));

    expect(data).toEqual({ books: [{ author: { name: 'Jane' } }, { author: null }, { author: null }] });
    expect(errors.map(({ path }) => path?.join('.'))).toEqual(['books.1.author.name', 'books.2.author.name']);
  });

  it('keeps what another subgraph adds to each of them below its parent', async () => {
    const nodes = [
      entityFetch('widths', ['books', '@'], 'Book', 'size{width}'),
      entityFetch('heights', ['books', '@'], 'Book', 'size{height}'),
    ];
    const { data } = await answer('{ books { size { width height } } }', nodes, ({ subgraph }) => ({
      data: {
        _entities: shelf.data.books.map(({ id }) => ({
          size: subgraph === 'widths' ? { width: 3 } : { height: Number(id) },
        })),
      },
    }));

    expect(data).toEqual({ books: [1, 2, 3].map((height) => ({ size: { width: 3, height } })) });
  });
});
