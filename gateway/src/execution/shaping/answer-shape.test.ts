import { describe, expect, it } from '@jest/globals';
import { makeOperation, rootFetch } from '../../testing/hand-made-plan.ts';

const SCHEMA = `
  type Query { item: Item items: [Item!] rows: [[Int!]!] must: Item! node: Node any: Any }
  interface Node { id: ID! }
  type Item implements Node { id: ID! name: String! count: Int price: Float isNew: Boolean kind: Kind blob: JSON part: Part parts: [Part!]! }
  type Part implements Node { id: ID! size: Int! }
  union Any = Item | Part
  enum Kind { A B }
  scalar JSON`;

/** The answer to a query whose only subgraph sends this data, which is the same as text. */
async function answer(query: string, data: object, errors: object[] = []) {
  const made = makeOperation({
    schema: SCHEMA,
    query,
    plan: rootFetch('s', query),
    reply: () => ({ data, ...(errors.length > 0 && { errors }) }),
  });
  const shaped = await made.execute();
  const written = await made.operation.executeToText({ variables: {}, transport: made.transport });
  expect(written).toEqual({ dataText: JSON.stringify(shaped.data), errors: shaped.errors });
  return shaped;
}

const invalid = (path: (string | number)[]) =>
  expect.objectContaining({ path, extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 's' } });

describe('a value that its type does not have', () => {
  it.each([
    ['a text for an Int', 'count', '7'],
    ['a fraction for an Int', 'count', 1.5],
    ['a number beyond 32 bits for an Int', 'count', 2 ** 31],
    ['a text for a Float', 'price', '1.5'],
    ['a number for a Boolean', 'isNew', 1],
    ['an unknown value of an enum', 'kind', 'C'],
    ['a number for an enum', 'kind', 1],
    ['a list for an object', 'part { size }', [{ size: 1 }]],
    ['a text for an object', 'part { size }', 'part'],
  ])('(%s) is null, with an error', async (_case, selection, value) => {
    const key = selection.split(' ')[0] ?? '';

    expect(await answer(`{ item { ${selection} } }`, { item: { [key]: value } })).toEqual({
      data: { item: { [key]: null } },
      errors: [invalid(['item', key])],
    });
  });

  it('makes what is around it null where it cannot be null', async () => {
    expect(await answer('{ item { name } }', { item: { name: 5 } })).toEqual({
      data: { item: null },
      errors: [invalid(['item', 'name'])],
    });
  });

  it('(an object for a list) is null, with an error', async () => {
    expect(await answer('{ items { id } }', { items: { id: '1' } })).toEqual({
      data: { items: null },
      errors: [invalid(['items'])],
    });
  });
});

describe('values', () => {
  it('are what the subgraph sent: integers as IDs are strings, other scalars anything', async () => {
    const item = { id: 7, price: 2, count: 0, name: '', isNew: false, kind: 'B', blob: { a: [1, null] } };

    expect(await answer('{ item { id price count name isNew kind blob } }', { item })).toEqual({
      data: { item: { ...item, id: '7' } },
      errors: [],
    });
  });
});

describe('a null that cannot be', () => {
  it('goes up to the next place that can be null, with an error at the place', async () => {
    const parts = [{ size: 1 }, { size: null }];

    expect(await answer('{ item { count parts { size } } }', { item: { count: 1, parts } })).toEqual({
      data: { item: null },
      errors: [
        {
          message: 'Cannot return null for non-nullable field Part.size.',
          path: ['item', 'parts', 1, 'size'],
          extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 's' },
        },
      ],
    });
  });

  it('goes through lists of lists', async () => {
    expect(await answer('{ rows }', { rows: [[1], [2, null]] })).toEqual({
      data: { rows: null },
      errors: [invalid(['rows', 1, 1])],
    });
  });

  it('makes the whole data null when nothing can be', async () => {
    expect(await answer('{ must { id } }', { must: null })).toEqual({ data: null, errors: [invalid(['must'])] });
  });

  it.each([
    ['at the place', ['item', 'parts', 0, 'size']],
    ['above it', ['item', 'parts']],
    ['below it', ['must', 'parts', 0, 'size']],
  ])('has no error of its own when the subgraph has one %s', async (_case, path) => {
    const data = { item: { parts: [{ size: null }] }, must: null };
    const { errors } = await answer(`{ ${path[0]} { parts { size } } }`, data, [
      { message: 'worn', path, extensions: { code: 'WORN' } },
    ]);

    expect(errors).toEqual([{ message: 'worn', path, extensions: { code: 'WORN', service: 's' } }]);
  });

  it('has one when the subgraph has errors elsewhere only', async () => {
    const parts = [{ size: null }, { size: 1 }];
    const { errors } = await answer('{ item { parts { size } } }', { item: { parts } }, [
      { message: 'worn', path: ['item', 'parts', 1], extensions: { code: 'WORN' } },
    ]);

    expect(errors).toHaveLength(2);
  });
});

describe('the type of an object', () => {
  it('decides which fragments apply, by its name under whatever key', async () => {
    const query = '{ any { kind: __typename ... on Item { name } ... on Node { id } ... on Part { size } } }';

    expect((await answer(query, { any: { kind: 'Part', id: '1', size: 2, name: 'x' } })).data).toEqual({
      any: { kind: 'Part', id: '1', size: 2 },
    });
  });

  it.each([
    ['no type', 'Nothing'],
    ['a type of another kind', 'Kind'],
    ['a type that the field cannot have', 'Query'],
    ['no name', 7],
    ['a name that objects inherit', '__proto__'],
  ])('that is %s makes it null, with an error', async (_case, __typename) => {
    expect(await answer('{ node { id } }', { node: { __typename, id: '1' } })).toEqual({
      data: { node: null },
      errors: [invalid(['node'])],
    });
  });

  it('may be only its interface where nothing asks for more', async () => {
    expect(
      (await answer('{ node { id ... on Item { name } } }', { node: { __typename: 'Node', id: '1' } })).data,
    ).toEqual({
      node: { id: '1' },
    });
  });

  it('that is not known and asked for makes it null, with an error', async () => {
    expect(await answer('{ node { __typename } }', { node: { id: '1' } })).toEqual({
      data: { node: null },
      errors: [invalid(['node', '__typename'])],
    });
  });
});

describe('fields', () => {
  it('come in the order and under the names of the client, once each', async () => {
    const item = { id: '1', name: 'n', count: 2, part: { id: 'p', size: 3 } };
    const query = `{ item { part { size } name ...F count @skip(if: true) part { id } } } fragment F on Item { id name }`;

    expect(JSON.stringify((await answer(query, { item })).data)).toBe(
      '{"item":{"part":{"size":3,"id":"p"},"name":"n","id":"1"}}',
    );
  });
});
