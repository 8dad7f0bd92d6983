import { describe, expect, it } from '@jest/globals';
import { entityFetch, makeOperation, rootFetch } from '../../testing/hand-made-plan.ts';

describe('equal fetches', () => {
  it('are sent again after a mutation, which may have changed what they answer', async () => {
    let title = '';
    const made = makeOperation({
      schema: `
        type Query { best: Book }
        type Mutation { first: Book second: Book }
        type Book { id: ID! title: String }`,
      query: 'mutation { first { title } second { title } }',
      plan: {
        kind: 'Sequence',
        nodes: [
          rootFetch('shelf', 'mutation{first{__typename id}}'),
          entityFetch('titles', ['first'], 'Book', 'title'),
          rootFetch('press', 'mutation{second{__typename id}}'),
          entityFetch('titles', ['second'], 'Book', 'title'),
        ],
      },
      reply({ subgraph, query }) {
        if (subgraph === 'titles') return { data: { _entities: [{ title }] } };
        const field = query.includes('first') ? 'first' : 'second';
        title = `after the ${field}`;
        return { data: { [field]: { __typename: 'Book', id: '1' } } };
      },
    });

    expect((await made.execute()).data).toEqual({
      first: { title: 'after the first' },
      second: { title: 'after the second' },
    });
    expect(made.requests).toHaveLength(4);
  });
});
