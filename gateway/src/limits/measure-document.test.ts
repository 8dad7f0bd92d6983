import { describe, expect, it } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { measureDocument } from './measure-document.ts';
import { type OperationSize, SATURATED_SIZE } from './operation-size.ts';

const schema = buildSchema(`
  type Query { nodes: [Node] users: [User] found: Found user(filter: Filter, ids: [ID]): User }
  type Mutation { rename: User }
  input Filter { and: [Filter] name: String }
  interface Node { id: ID! owner: Node }
  type User implements Node { id: ID! owner: Node name: String friends: [User] }
  type Order implements Node { id: ID! owner: Node buyer: User }
  type Item implements Node { id: ID! owner: Node price: Int }
  union Found = User | Order
`);

function sizeOf(text: string): OperationSize {
  return measureDocument(parse(text), schema);
}

describe('the size of a document', () => {
  it.each<[string, string, Partial<OperationSize>]>([
    ['one field', '{ users }', { depth: 1, fields: 1, typedFields: 1, rootFields: 1, fragments: 0, aliases: 0 }],
    ['fields within fields', '{ users { friends { name } id } }', { depth: 3, fields: 4, rootFields: 1 }],
    ['an alias', '{ all: users { key: id name } }', { aliases: 2 }],
    ['an inline fragment, which adds no depth', '{ users { ... { name } } }', { depth: 2, fields: 2, fragments: 1 }],
    [
      'a fragment that is spread twice',
      '{ a: users { ...F } b: users { ...F } } fragment F on User { x: id friends { id } }',
      { depth: 3, fields: 8, aliases: 4, fragments: 2, rootFields: 2 },
    ],
    [
      'root fields in fragments',
      '{ ...F ... { users { id } } } fragment F on Query { users { id } nodes { id } }',
      { rootFields: 3, fields: 6 },
    ],
    [
      'directives wherever they stand',
      `query ($v: Boolean = true @a) @b { users @c { ...F @d ... @e { id } } nodes { ...G } }
       fragment F on User @f { name @g } fragment G on Node { id }`,
      { directives: 7 },
    ],
    ['an interface, once for each of its types', '{ nodes { id } }', { fields: 2, typedFields: 1 + 3 }],
    ['an interface below an interface', '{ nodes { owner { id } } }', { fields: 3, typedFields: 1 + 3 * (1 + 3) }],
    ['an object below an interface', '{ nodes { ... on Order { buyer { id } } } }', { typedFields: 1 + 1 + 1 }],
    ['a union', '{ found { __typename ... on Node { id } } }', { typedFields: 1 + 2 + 2 }],
    ['a wide fragment on a narrow type', '{ users { ...F } } fragment F on Node { id }', { typedFields: 2 }],
    [
      'one fragment at two widths',
      '{ users { ...F } nodes { ...F } } fragment F on Node { id }',
      { fields: 4, typedFields: 2 + 4 },
    ],
    ['literals within literals', '{ user(filter: { and: [{ and: [{ name: "a" }] }] }) }', { depth: 1 + 5 }],
    ['a default value', 'query ($f: Filter = { and: [{}] }) { user(filter: $f) }', { depth: 3 }],
    ['the argument of a directive', '{ users @x(y: [[[1]]]) }', { depth: 3 }],
    [
      'several operations, together, by the root fields and the depth of the largest',
      'query A { users { id } nodes { id } } mutation B { rename { friends { id } } }',
      { fields: 7, rootFields: 2, depth: 3 },
    ],
    ['a fragment that nothing spreads', '{ users { id } } fragment F on User { friends { id } }', { fields: 4 }],
    ['fields and types that do not exist', '{ a { b { ...F } } } fragment F on X { c { d } }', { fields: 4, depth: 4 }],
    ['a fragment that does not exist', '{ users { ...F } }', { fields: 1, fragments: 1 }],
    ['a fragment within itself', '{ users { ...F } } fragment F on User { friends { ...F } }', { fields: 2, depth: 2 }],
  ])('with %s', (_case, text, size) => {
    expect(sizeOf(text)).toMatchObject(size);
  });

  it('is known at once where expanding the document would take for ever', () => {
    const levels = Array.from({ length: 60 }, (_, level) => {
      const below = `...F${level + 1}`;
      return `fragment F${level} on Node { owner { ${below} } again: owner { ${below} } }`;
    });
    const size = sizeOf(`{ nodes { ...F0 } } ${levels.join(' ')} fragment F60 on Node { id }`);

    expect(size).toMatchObject({ depth: 62, fields: SATURATED_SIZE, typedFields: SATURATED_SIZE });
    expect(size).toMatchObject({ fragments: SATURATED_SIZE, aliases: SATURATED_SIZE });
  });

  it('is beyond every limit for a chain of fragments that is longer than the stack is deep', () => {
    const links = Array.from({ length: 5_000 }, (_, link) => `fragment F${link} on User { ...F${link + 1} }`);

    expect(sizeOf(`{ users { ...F0 } } ${links.join(' ')}`)).toMatchObject({ depth: SATURATED_SIZE });
  });

  it('of an introspection query of tools is small', () => {
    const text = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, oneOf: true });
    const { depth, fields } = sizeOf(text);

    expect(depth).toBeLessThan(20);
    expect(fields).toBeLessThan(300);
  });
});
