import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { supergraphTypesOf } from '../supergraph-types.ts';
import { compileRepresentation } from './representation.ts';

const types = supergraphTypesOf(
  buildSchema(`
  type Query { a: Node }
  interface Node { id: ID! }
  type Book implements Node { id: ID! title: String price: Price tags: [[Tag]] any: Any }
  type Film implements Node { id: ID! }
  type Price { amount: Int currency: String }
  union Any = Price | Tag
  type Tag { name: String }`),
);

const field = (name: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode =>
  selections.length > 0 ? { kind: 'Field', name, selections } : { kind: 'Field', name };
const on = (typeCondition: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections,
});
const identity = [field('__typename'), field('id')];

function represent(entity: object, requires: QueryPlanSelectionNode[], inputRewrites: FetchDataRewrite[] = []) {
  const write = compileRepresentation({
    requires,
    inputRewrites,
    types,
    requiredFieldNames: new Map([['price__required0', 'price']]),
  });
  const text = write({ __typename: 'Book', id: '1', ...entity });
  return text === undefined ? undefined : JSON.parse(text);
}

describe('a representation', () => {
  it('has the fields that are required and nothing else', () => {
    const entity = { title: 'say "é"\n', price: { amount: 3, currency: null, more: 1 }, pages: 9 };

    expect(
      represent(entity, [on('Book', ...identity, field('title'), field('price', field('amount'), field('currency')))]),
    ).toEqual({
      __typename: 'Book',
      id: '1',
      title: 'say "é"\n',
      price: { amount: 3, currency: null },
    });
  });

  it('has lists of lists, and nulls in them', () => {
    const tags = [[{ name: 'a', more: 1 }, null], null, []];

    expect(represent({ tags }, [on('Book', ...identity, field('tags', field('name')))])).toMatchObject({
      tags: [[{ name: 'a' }, null], null, []],
    });
  });

  it('has what is required of the type that a nested object has', () => {
    const any = field('any', field('__typename'), on('Price', field('amount')), on('Tag', field('name')));
    const entity = { any: { __typename: 'Tag', name: 'a', amount: 1 } };

    expect(represent(entity, [on('Book', ...identity, any)])).toMatchObject({ any: { __typename: 'Tag', name: 'a' } });
  });

  it('joins what several fragments require that the type satisfies', () => {
    const requires = [
      on('Node', ...identity, field('price', field('amount'))),
      on('Book', field('title'), field('price', field('currency'))),
      on('Film', field('length')),
    ];

    expect(represent({ title: 't', price: { amount: 1, currency: 'EUR' } }, requires)).toEqual({
      __typename: 'Book',
      id: '1',
      title: 't',
      price: { amount: 1, currency: 'EUR' },
    });
  });

  it('leaves a fragment out that takes a field which the entity lacks, when another one identifies it', () => {
    expect(represent({}, [on('Node', ...identity), on('Book', field('title'))])).toEqual({
      __typename: 'Book',
      id: '1',
    });
  });

  it.each<[string, object]>([
    ['lacks a field', { price: { amount: 1, currency: 'EUR' } }],
    ['lacks a nested field', { title: 't', price: { amount: 1 } }],
    ['has a text for an object', { title: 't', price: 'EUR 1' }],
    ['is of another type', { __typename: 'Film', title: 't', price: null }],
    ['is of no type', { __typename: 5 }],
    ['has a type that nobody knows', { __typename: 'toString' }],
  ])('is not made when the entity %s', (_case, entity) => {
    const requires = [on('Book', ...identity, field('title'), field('price', field('amount'), field('currency')))];

    expect(represent(entity, requires)).toBeUndefined();
  });

  it('names the interface where the subgraph knows it as one type', () => {
    const rewrite: FetchDataRewrite = { kind: 'ValueSetter', path: ['... on Book', '__typename'], setValueTo: 'Node' };

    expect(represent({}, [on('Book', ...identity)], [rewrite])).toEqual({ __typename: 'Node', id: '1' });
  });

  it("has the subgraph's name of a field that the plan has given another one", () => {
    expect(represent({ price__required0: 7 }, [on('Book', ...identity, field('price__required0'))])).toEqual({
      __typename: 'Book',
      id: '1',
      price: 7,
    });
  });

  it('is refused when the plan rewrites it in a way that is not known', () => {
    const rewrite: FetchDataRewrite = { kind: 'KeyRenamer', path: ['... on Book', 'id'], renameKeyTo: 'key' };

    expect(() => represent({}, [on('Book', ...identity)], [rewrite])).toThrow('is not supported');
  });
});
