import type { PlanNode } from '@apollo/query-planner';
import { describe, expect, it } from '@jest/globals';
import {
  entityFetch,
  makeOperation,
  type PlannedReply,
  rootFetch,
  type SentRequest,
} from '../../testing/hand-made-plan.ts';

const SCHEMA = `
  type Query { books: [Book] best: Book }
  type Book { id: ID title: String price: Int stock: Int }
`;
const QUERY = 'query ($priced: Boolean = true) { books { title price @include(if: $priced) } best { stock } }';
const QUERY_PRICES = entityFetch('shop', ['books', '@'], 'Book', 'price');

/** Titles come from elsewhere; prices of a list and the stock of one book from one subgraph. */
function bookshop(
  reply: (request: SentRequest) => PlannedReply | Promise<PlannedReply>,
  prices: PlanNode = QUERY_PRICES,
) {
  const book = (id: string) => ({ __typename: 'Book', id });
  return makeOperation({
    schema: SCHEMA,
    query: QUERY,
    plan: {
      kind: 'Sequence',
      nodes: [
        rootFetch('shelf', '{books{__typename id}best{__typename id}}'),
        {
          kind: 'Parallel',
          nodes: [
            entityFetch('titles', ['books', '@'], 'Book', 'title'),
            prices,
            entityFetch('shop', ['best'], 'Book', 'stock'),
          ],
        },
      ],
    },
    reply: (request) => {
      if (request.subgraph === 'shelf') return { data: { books: [book('1'), book('2')], best: book('2') } };
      if (request.subgraph === 'titles') return { data: { _entities: [{ title: 'Emma' }, { title: 'Persuasion' }] } };
      return reply(request);
    },
  });
}

const withTitles = (...books: object[]) =>
  books.map((book, index) => ({ title: ['Emma', 'Persuasion'][index], ...book }));

describe('a request for two lists of entities', () => {
  it('takes the place of two requests', async () => {
    const made = bookshop(() => ({ data: { entities0: [{ price: 5 }, { price: 6 }], entities1: [{ stock: 7 }] } }));

    expect(await made.execute()).toEqual({
      data: { books: withTitles({ price: 5 }, { price: 6 }), best: { stock: 7 } },
      errors: [],
    });
    expect(made.requests.map(({ subgraph, path, representations }) => [subgraph, path, representations])).toEqual([
      ['shelf', '', 0],
      ['titles', 'books.@', 2],
      ['shop', 'books.@ best', 3],
    ]);
    expect(made.requests[2]?.variables).toEqual({
      representations0: [
        { __typename: 'Book', id: '1' },
        { __typename: 'Book', id: '2' },
      ],
      representations1: [{ __typename: 'Book', id: '2' }],
    });
  });

  it('brings errors to the places of their list', async () => {
    const made = bookshop(() => ({
      data: { entities0: [{ price: 5 }, { price: null }], entities1: [{ stock: null }] },
      errors: [
        { message: 'no price', path: ['entities0', 1, 'price'] },
        { message: 'no stock', path: ['entities1', 0, 'stock'] },
      ],
    }));

    const { data, errors } = await made.execute();
    expect(data).toEqual({ books: withTitles({ price: 5 }, { price: null }), best: { stock: null } });
    expect(errors).toMatchObject([
      { message: 'no price', path: ['books', 1, 'price'] },
      { message: 'no stock', path: ['best', 'stock'] },
    ]);
  });

  it('that loses all by an error in one list has an error for each', async () => {
    const made = bookshop(() => ({ data: null, errors: [{ message: 'broken', path: ['entities0'] }] }));

    const { data, errors } = await made.execute();
    expect(data).toEqual({ books: withTitles({ price: null }, { price: null }), best: { stock: null } });
    expect(errors).toMatchObject([
      { message: 'broken', path: ['books', 0] },
      { message: 'broken', path: ['best'] },
    ]);
  });

  it.each<[string, PlannedReply]>([
    ['fails', 'fails'],
    ['has one entity too few', { data: { entities0: [{ price: 5 }], entities1: [{ stock: 7 }] } }],
    ['lacks a list', { data: { entities0: [{ price: 5 }, { price: 6 }] } }],
  ])('that %s leaves both without, with an error for each', async (_, reply) => {
    const { data, errors } = await bookshop(() => reply).execute();
    expect(data).toEqual({ books: withTitles({ price: null }, { price: null }), best: { stock: null } });
    expect(errors.map(({ path }) => path)).toEqual([['books', 0], ['best']]);
  });

  it('is sent for one of them where a condition leaves the other out', async () => {
    const conditional: PlanNode = { kind: 'Condition', condition: 'priced', ifClause: QUERY_PRICES };
    const made = bookshop(() => ({ data: { entities0: [], entities1: [{ stock: 7 }] } }), conditional);

    expect((await made.execute({ priced: false })).data).toEqual({ books: withTitles({}, {}), best: { stock: 7 } });
    expect(made.requests.at(-1)).toMatchObject({ representations: 1, variables: { representations0: [] } });
  });

  it('is sent for one of them when what the other waits for takes long', async () => {
    const slow = Promise.withResolvers<void>();
    const late: PlanNode = {
      kind: 'Sequence',
      nodes: [entityFetch('slow', ['books', '@'], 'Book', 'id'), QUERY_PRICES],
    };
    const made = bookshop(async ({ subgraph, variables }) => {
      const { representations0: prices = [], representations1: stocks = [] } = variables;
      if (subgraph === 'slow') {
        await slow.promise;
        return { data: { _entities: [{ id: '1' }, { id: '2' }] } };
      }
      // Only now can the other one go on: had this one waited for it, neither would.
      slow.resolve();
      return {
        data: {
          entities0: Array.isArray(prices) ? prices.map(() => ({ price: 5 })) : [],
          entities1: Array.isArray(stocks) ? stocks.map(() => ({ stock: 7 })) : [],
        },
      };
    }, late);

    expect(await made.execute()).toEqual({
      data: { books: withTitles({ price: 5 }, { price: 5 }), best: { stock: 7 } },
      errors: [],
    });
    expect(made.requests.filter(({ subgraph }) => subgraph === 'shop')).toHaveLength(2);
  });
});
