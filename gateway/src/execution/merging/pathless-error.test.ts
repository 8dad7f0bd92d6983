import { describe, expect, it } from '@jest/globals';
import { entityFetch, makeOperation, rootFetch } from '../../testing/hand-made-plan.ts';

const SCHEMA = `
  type Query { count: Int! books: [Book] }
  type Book { id: ID! title: String! }`;

const refusal = { errors: [{ message: 'refused', extensions: { code: 'BAD_USER_INPUT' } }] };

describe("a subgraph's error without a path", () => {
  it('is the only error of the root fields that it leaves null', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ count }',
      plan: rootFetch('shelf', '{count}'),
      reply: () => refusal,
    });

    const { data, errors } = await made.execute();
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: 'refused', extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('is the only error of all entities that it leaves null', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ books { title } }',
      plan: {
        kind: 'Sequence',
        nodes: [rootFetch('shelf', '{books{__typename id}}'), entityFetch('titles', ['books', '@'], 'Book', 'title')],
      },
      reply: ({ subgraph }) => {
        if (subgraph === 'titles') return refusal;
        return { data: { books: ['1', '2'].map((id) => ({ __typename: 'Book', id })) } };
      },
    });

    const { data, errors } = await made.execute();
    expect(data).toEqual({ books: [null, null] });
    expect(errors).toMatchObject([{ message: 'refused', path: ['books', 0] }]);
  });
});
