import { describe, expect, it } from '@jest/globals';
import {
  entityFetch,
  makeOperation,
  type PlannedReply,
  rootFetch,
  type SentRequest,
} from '../testing/hand-made-plan.ts';

const SCHEMA = `
  type Query { books: [Book] best: Book worst: Book count: Int! }
  type Mutation { first: Int second: Int }
  type Book { id: ID! title: String pages: Int! author: Author related: [Book!] }
  type Author { id: ID! name: String! }`;

const book = (id: unknown, more: object = {}) => ({ __typename: 'Book', id, ...more });

function entitiesOf({ variables }: SentRequest): { id: string }[] {
  return variables['representations'] as { id: string }[];
}

/** Titles for a list of books, some of which stand in it twice. */
function booksWithTitles(reply: (request: SentRequest) => PlannedReply) {
  return makeOperation({
    schema: SCHEMA,
    query: '{ books { title } }',
    plan: {
      kind: 'Sequence',
      nodes: [rootFetch('shelf', '{books{__typename id}}'), entityFetch('titles', ['books', '@'], 'Book', 'title')],
    },
    reply: (request) =>
      request.subgraph === 'shelf' ? { data: { books: [book('1'), null, book('2'), book('1')] } } : reply(request),
  });
}

describe('entities', () => {
  it('that are equal are asked for once, and each gets the answer', async () => {
    const made = booksWithTitles((request) => ({
      data: { _entities: entitiesOf(request).map(({ id }) => ({ title: `Book ${id}` })) },
    }));

    expect(await made.execute()).toEqual({
      data: { books: [{ title: 'Book 1' }, null, { title: 'Book 2' }, { title: 'Book 1' }] },
      errors: [],
    });
    expect(made.requests[1]).toMatchObject({
      path: 'books.@',
      representations: 2,
      variables: {
        representations: [
          { __typename: 'Book', id: '1' },
          { __typename: 'Book', id: '2' },
        ],
      },
    });
  });

  it('have errors at every place where they stand', async () => {
    const made = booksWithTitles(() => ({
      data: { _entities: [{ title: null }, { title: 'Book 2' }] },
      errors: [{ message: 'torn', path: ['_entities', 0, 'title'], extensions: { code: 'TORN' } }],
    }));

    expect((await made.execute()).errors).toEqual([
      { message: 'torn', path: ['books', 0, 'title'], extensions: { code: 'TORN', service: 'titles' } },
      { message: 'torn', path: ['books', 3, 'title'], extensions: { code: 'TORN', service: 'titles' } },
    ]);
  });

  it.each<[string, PlannedReply]>([
    ['too few', { data: { _entities: [{ title: 'a' }] } }],
    ['too many', { data: { _entities: [{ title: 'a' }, { title: 'b' }, { title: 'c' }] } }],
    ['no list', { data: { _entities: { title: 'a' } } }],
    ['no entities', { data: {} }],
    ['a text', 'not JSON'],
    ['nothing in time', 'fails'],
  ])('stay without the fields when there are %s, and one error says so', async (_case, reply) => {
    const { data, errors } = await booksWithTitles(() => reply).execute();

    expect(data).toEqual({ books: [{ title: null }, null, { title: null }, { title: null }] });
    expect(errors).toEqual([
      {
        message: expect.any(String),
        path: ['books', 0],
        extensions: { code: expect.stringMatching(/^SUBGRAPH_/), service: 'titles' },
      },
    ]);
  });

  it('that are no objects are an error, and the others keep their fields', async () => {
    const { data, errors } = await booksWithTitles(() => ({
      data: { _entities: ['Book 1', { title: 'Book 2' }] },
    })).execute();

    expect(data).toEqual({ books: [{ title: null }, null, { title: 'Book 2' }, { title: null }] });
    expect(errors).toMatchObject([{ path: ['books', 0], extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' } }]);
  });

  it('that nothing is known of are not asked for', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ best { title } }',
      plan: {
        kind: 'Sequence',
        nodes: [rootFetch('shelf', '{best{__typename id}}'), entityFetch('titles', ['best'], 'Book', 'title')],
      },
      reply: () => ({ data: { best: null } }),
    });

    expect(await made.execute()).toEqual({ data: { best: null }, errors: [] });
    expect(made.requests).toHaveLength(1);
  });
});

describe('equal fetches', () => {
  const root = rootFetch('shelf', '{best{__typename id}worst{__typename id}}');
  const reply = ({ subgraph, variables }: SentRequest): PlannedReply => {
    if (subgraph === 'shelf') return { data: { best: book('1'), worst: book('1') } };
    const representations = variables['representations'] as unknown[];
    return { data: { _entities: representations.map(() => ({ author: { name: 'Jane' }, title: 'Emma' })) } };
  };
  const query = '{ best { title author { name } } worst { title author { name } } }';
  const both = { title: 'Emma', author: { name: 'Jane' } };

  it('that are sent in parallel are one request', async () => {
    const fields = 'title author{name}';
    const nodes = [entityFetch('titles', ['best'], 'Book', fields), entityFetch('titles', ['worst'], 'Book', fields)];
    const made = makeOperation({
      schema: SCHEMA,
      query,
      plan: { kind: 'Sequence', nodes: [root, { kind: 'Parallel', nodes }] },
      reply,
    });

    expect((await made.execute()).data).toEqual({ best: both, worst: both });
    expect(made.requests.map(({ subgraph, representations }) => [subgraph, representations])).toEqual([
      ['shelf', 0],
      ['titles', 1],
    ]);
  });

  it('that are sent one after the other are one request, whatever the planner has named them', async () => {
    const named = (path: string, name: string) => {
      const node = entityFetch('titles', [path], 'Book', 'title author{name}');
      if (node.kind !== 'Flatten' || node.node.kind !== 'Fetch') throw new Error('no fetch');
      return { ...node, node: { ...node.node, operation: node.node.operation.replace('query', `query ${name}`) } };
    };
    const made = makeOperation({
      schema: SCHEMA,
      query,
      plan: { kind: 'Sequence', nodes: [root, named('best', 'Q__titles__1'), named('worst', 'Q__titles__2')] },
      reply,
    });

    expect((await made.execute()).data).toEqual({ best: both, worst: both });
    expect(made.requests).toHaveLength(2);
  });

  it('share nothing that one of them is completed with later', async () => {
    const nodes = [
      root,
      entityFetch('titles', ['best'], 'Book', 'author{__typename id}'),
      entityFetch('titles', ['worst'], 'Book', 'author{__typename id}'),
      entityFetch('names', ['best', 'author'], 'Author', 'name'),
    ];
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ best { author { name } } worst { author { name } } }',
      plan: { kind: 'Sequence', nodes },
      reply: (request) => {
        if (request.subgraph === 'titles') {
          return { data: { _entities: [{ author: { __typename: 'Author', id: 'a1' } }] } };
        }
        return request.subgraph === 'names' ? { data: { _entities: [{ name: 'Jane' }] } } : reply(request);
      },
    });

    expect((await made.execute()).data).toEqual({ best: { author: { name: 'Jane' } }, worst: { author: null } });
  });

  it('of a mutation are sent each time and in order', async () => {
    let running = 0;
    const made = makeOperation({
      schema: SCHEMA,
      query: 'mutation { first second }',
      plan: {
        kind: 'Sequence',
        nodes: [
          rootFetch('counter', 'mutation{first}'),
          rootFetch('counter', 'mutation{first}'),
          rootFetch('counter', 'mutation{second}'),
        ],
      },
      async reply({ query }) {
        expect(++running).toBe(1);
        await new Promise(setImmediate);
        running--;
        return { data: query.includes('first') ? { first: 1 } : { second: 2 } };
      },
    });

    expect((await made.execute()).data).toEqual({ first: 1, second: 2 });
    expect(made.requests.map(({ query }) => query)).toEqual(['mutation{first}', 'mutation{first}', 'mutation{second}']);
  });
});

describe('a plan', () => {
  it('has its conditions decided by the variables and their defaults', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query:
        'query ($yes: Boolean! = true, $no: Boolean!) { count @include(if: $yes) best @skip(if: $yes) { id } worst @include(if: $no) { id } }',
      plan: {
        kind: 'Parallel',
        nodes: [
          {
            kind: 'Condition',
            condition: 'yes',
            ifClause: rootFetch('shelf', '{count}'),
            elseClause: rootFetch('shelf', '{best{id}}'),
          },
          { kind: 'Condition', condition: 'no', ifClause: rootFetch('shelf', '{worst{id}}') },
        ],
      },
      reply: ({ query }) => ({ data: query === '{count}' ? { count: 3 } : { best: { id: 'b' } } }),
    });

    expect((await made.execute({ no: false })).data).toEqual({ count: 3 });
    expect((await made.execute({ yes: false, no: false })).data).toEqual({ best: { id: 'b' } });
    expect(made.requests.map(({ query }) => query)).toEqual(['{count}', '{best{id}}']);
  });

  it('is not run for variables of the wrong type', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: 'query ($yes: Boolean!) { count @include(if: $yes) }',
      plan: rootFetch('shelf', '{count}'),
    });

    const { errors, ...rest } = await made.execute({ yes: 'maybe' });
    expect(rest).toEqual({});
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(made.requests).toHaveLength(0);
  });

  it('sends only the variables that a fetch uses, as the client sent them', async () => {
    const made = makeOperation({
      schema: 'type Query { a(x: Int = 3, y: String): Int }',
      query: 'query ($x: Int = 3, $y: String, $z: String) { a(x: $x, y: $y) b: a(y: $z) }',
      plan: rootFetch('s', 'query($x:Int=3,$y:String){a(x:$x,y:$y)}', { variableUsages: ['x', 'y'] }),
      reply: () => ({ data: { a: 1 } }),
    });
    await made.execute({ y: 'say "é"\n', z: 'no' });

    expect(made.requests[0]?.variables).toEqual({ y: 'say "é"\n' });
  });

  it('asks no subgraph for the names of root types', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ kind: __typename }',
      plan: rootFetch('shelf', '{__typename}'),
    });

    expect(await made.execute()).toEqual({ data: { kind: 'Query' }, errors: [] });
    expect(made.requests).toHaveLength(0);
  });

  it('answers questions about the schema beside others', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: 'query ($name: String!) { count type: __type(name: $name) { ...T } } fragment T on __Type { name kind }',
      plan: rootFetch('shelf', '{count}'),
      reply: () => ({ data: { count: 1 } }),
    });

    expect(JSON.stringify((await made.execute({ name: 'Book' })).data)).toBe(
      '{"count":1,"type":{"name":"Book","kind":"OBJECT"}}',
    );
  });

  it('with @defer is refused', () => {
    const make = () =>
      makeOperation({ schema: SCHEMA, query: '{ count }', plan: { kind: 'Defer', primary: {}, deferred: [] } });

    expect(make).toThrow(
      expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED', message: '@defer is not supported' }),
    );
  });
});

describe('root fields whose subgraph fails', () => {
  it('are null, each with an error', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ best { id } bad: worst { id } }',
      plan: rootFetch('shelf', '{best{id}bad:worst{id}}'),
      reply: () => 'fails',
    });

    const extensions = { code: 'SUBGRAPH_TIMEOUT', service: 'shelf' };
    expect(await made.execute()).toEqual({
      data: { best: null, bad: null },
      errors: [
        { message: expect.any(String), path: ['best'], extensions },
        { message: expect.any(String), path: ['bad'], extensions },
      ],
    });
  });

  it('make the whole answer null when they cannot be null, without a second error', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ count }',
      plan: rootFetch('shelf', '{count}'),
      reply: () => 'fails',
    });

    expect(await made.execute()).toMatchObject({ data: null, errors: [{ path: ['count'] }] });
  });
});

describe('keys that every object inherits', () => {
  it('are values like others, and no prototype is touched', async () => {
    const made = makeOperation({
      schema: SCHEMA,
      query: '{ best { __proto__: author { constructor: name } toString: title hasOwnProperty: pages } }',
      plan: {
        kind: 'Sequence',
        nodes: [
          rootFetch('shelf', '{best{__typename id toString:title}}'),
          entityFetch('names', ['best'], 'Book', '__proto__:author{constructor:name} hasOwnProperty:pages'),
        ],
      },
      reply: ({ subgraph }) =>
        subgraph === 'shelf'
          ? '{"data":{"best":{"__typename":"Book","id":"1","__proto__":{"polluted":true}},"__proto__":{"polluted":true}}}'
          : '{"data":{"_entities":[{"__proto__":{"constructor":"Jane"},"hasOwnProperty":7}]}}',
    });
    const { data, errors } = await made.execute();

    expect(JSON.stringify(data)).toBe(
      '{"best":{"__proto__":{"constructor":"Jane"},"toString":null,"hasOwnProperty":7}}',
    );
    expect(errors).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });
});
