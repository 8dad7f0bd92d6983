import { describe, expect, it } from '@jest/globals';
import { entityFetch, makeOperation, rootFetch } from '../testing/hand-made-plan.ts';

const SCHEMA = `
  type Query { book: Book }
  type Mutation { print: Book bind: Book }
  type Book { id: ID! title: String }`;
const book = { __typename: 'Book', id: '1' };

describe('an execution that nobody waits for any more', () => {
  it('sends no further query, and gives the signal to those that are under way', async () => {
    const leaving = new AbortController();
    const signals: unknown[] = [];
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ book { title } }',
      plan: {
        kind: 'Sequence',
        nodes: [rootFetch('shelf', '{book{__typename id}}'), entityFetch('titles', ['book'], 'Book', 'title')],
      },
      reply: () => {
        leaving.abort();
        return { data: { book } };
      },
    });
    const { data, errors } = await made.operation.execute({
      variables: {},
      signal: leaving.signal,
      transport(request, signal) {
        signals.push(signal);
        return made.transport(request);
      },
    });

    expect(made.requests.map(({ subgraph }) => subgraph)).toEqual(['shelf']);
    expect(signals).toEqual([leaving.signal]);
    expect(data).toEqual({ book: { title: null } });
    expect(errors).toMatchObject([{ path: ['book'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
  });

  it('does the rest of a mutation, which ends no half', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: 'mutation { print { id } bind { id } }',
      plan: {
        kind: 'Sequence',
        nodes: [rootFetch('press', 'mutation{print{id}}'), rootFetch('press', 'mutation{bind{id}}')],
      },
      reply: ({ query }) => ({ data: { [query.includes('print') ? 'print' : 'bind']: { id: '1' } } }),
    });
    const { data } = await made.operation.execute({
      variables: {},
      signal: AbortSignal.abort(),
      transport(request, signal) {
        expect(signal).toBeUndefined();
        return made.transport(request);
      },
    });

    expect(data).toEqual({ print: { id: '1' }, bind: { id: '1' } });
  });
});
