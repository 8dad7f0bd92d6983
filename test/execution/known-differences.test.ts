import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createCompiledExecutor, createStockExecutor, type ExecutorAnswer } from './executors.ts';
import { createMockGraph, type MockGraph } from './mock-graph.ts';
import { smallGraphs } from './small-graphs.ts';

/** What a subgraph answers in place of its mock: to a request whose query has a text. */
type Script = readonly { subgraph: string; query: string; answer: object }[];

interface BothAnswers {
  stock: ExecutorAnswer;
  compiled: ExecutorAnswer;
}

async function ask(
  schemas: Readonly<Record<string, string>> | undefined,
  query: string,
  { script = [], mood = {} }: { script?: Script; mood?: Partial<MockGraph['mood']> } = {},
): Promise<BothAnswers> {
  const graph = await createMockGraph(schemas ?? {});
  Object.assign(graph.mood, mood);
  const { send } = graph;
  graph.send = async (subgraph, body) => {
    const received = await send(subgraph, body);
    const line = script.find((entry) => entry.subgraph === subgraph && JSON.parse(body).query.includes(entry.query));
    return line
      ? { ...received, answer: { errors: [], extensions: {}, data: {}, ...structuredClone(line.answer) } }
      : received;
  };
  const [stock, compiled] = [await createStockExecutor(graph), createCompiledExecutor(graph)];
  return {
    stock: plain(await stock.execute(parse(query))),
    compiled: plain(await compiled.execute(parse(query))),
  };
}

function plain({ data, errors }: ExecutorAnswer): ExecutorAnswer {
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors };
}

const PRICED = {
  prices: `
    type Query { list: [Product] }
    type Product @key(fields: "id") { id: ID! price(currency: String!): Int weight: Int name: String }`,
  shipping: `
    type Product @key(fields: "id") {
      id: ID!
      weight: Int @external
      price(currency: String!): Int @external
      inDollars: Int @requires(fields: "price(currency: \\"USD\\")")
      inEuros: Int @requires(fields: "price(currency: \\"EUR\\")")
      byWeight: Int @requires(fields: "weight")
    }`,
};

describe('the compiled executor is right where the stock one is not:', () => {
  it('two fields that require one field with different arguments get a value each', async () => {
    const apart = [await ask(PRICED, '{ list { inDollars } }'), await ask(PRICED, '{ list { inEuros } }')];
    const { stock, compiled } = await ask(PRICED, '{ list { inDollars inEuros } }');

    const [dollars, euros] = apart.map((answers) => (answers.compiled.data as { list: object[] }).list);
    const right = { list: dollars?.map((product, index) => ({ ...product, ...euros?.[index] })) };
    expect(compiled.data).toEqual(right);
    expect(stock.data).not.toEqual(right);
  });

  it('a field that a client selects with other arguments than another field requires has both values', async () => {
    const apart = await ask(PRICED, '{ list { inDollars } }');
    const { stock, compiled } = await ask(PRICED, '{ list { price(currency: "GBP") inDollars } }');

    const dollars = (answer: ExecutorAnswer) =>
      (answer.data as { list: { inDollars: number }[] }).list.map((product) => product.inDollars);
    expect(dollars(compiled)).toEqual(dollars(apart.compiled));
    expect(dollars(stock)).not.toEqual(dollars(apart.stock));
  });

  it('an alias that is the name of a required field is not taken for it', async () => {
    const apart = await ask(PRICED, '{ list { byWeight name } }');
    const { stock, compiled } = await ask(PRICED, '{ list { byWeight weight: name } }');

    const right = (apart.compiled.data as { list: { byWeight: number; name: string }[] }).list.map(
      ({ byWeight, name }) => ({ byWeight, weight: name }),
    );
    expect(compiled.data).toEqual({ list: right });
    expect(stock.data).not.toEqual({ list: right });
  });

  it('an entity is looked up by a key that the subgraph resolves, whichever it declares first', async () => {
    const schemas = {
      owners: `type Part @key(fields: "id") { id: ID! name: String! }`,
      makers: `
        type Query { machine: Machine }
        type Machine { parts: [Part!]! }
        type Part @key(fields: "serial { maker number }", resolvable: false) @key(fields: "id") {
          id: ID!
          serial: Serial!
          name: String! @external
          label: String! @requires(fields: "name")
        }
        type Serial { maker: ID! number: ID! }`,
    };
    const { stock, compiled } = await ask(schemas, '{ machine { parts { name label } } }');

    const part = { name: expect.any(String), label: expect.any(String) };
    expect(compiled).toEqual({ data: { machine: { parts: expect.arrayContaining([part]) } }, errors: [] });
    expect(stock.data).toEqual({ machine: null });
  });

  it('errors at an alias that the plan has renamed have the path of the client', async () => {
    const { compiled } = await ask(PRICED, '{ list { byWeight weight: name } }', { mood: { errorsPerMille: 1_000 } });
    expect(compiled.errors.map(({ path }) => path)).toEqual([['list']]);

    const script = [
      {
        subgraph: 'prices',
        query: 'name',
        answer: {
          data: { list: [{ __typename: 'Product', id: '1', weight: 1, weight__client0: null }] },
          errors: [{ message: 'blank', path: ['list', 0, 'weight__client0'], extensions: { code: 'BLANK' } }],
        },
      },
    ];
    const renamed = await ask(PRICED, '{ list { byWeight weight: name } }', { script });
    expect(renamed.compiled.errors.map(({ path }) => path)).toEqual([['list', 0, 'weight']]);
  });

  it('an object of an interface keeps its type when a subgraph knows the interface as one type', async () => {
    const { stock, compiled } = await ask(
      smallGraphs['library'],
      'mutation { lend(bookId: "5") { book { __typename stars format } } }',
    );

    const book = { __typename: 'Book', stars: expect.any(Number), format: expect.any(String) };
    expect(compiled.data).toEqual({ lend: { book } });
    expect(stock).toEqual({ data: null, errors: [] });
  });

  it('fields of unlike types are told apart where a subgraph knows their interface as one type', async () => {
    const apart = await ask(smallGraphs['library'], '{ bestRated { stars(scale: 1) } }');
    const query = `query ($yes: Boolean! = true) {
      bestRated { ... on Book { stars } ... on Movie { stars(scale: 1) @include(if: $yes) } }
    }`;
    const { stock, compiled } = await ask(smallGraphs['library'], query);

    expect(compiled).toEqual(apart.compiled);
    expect(stock.errors[0]?.message).toMatch(/^Fields "stars" conflict/);
  });

  it('a null for what cannot be null is an error', async () => {
    const script = [{ subgraph: 'users', query: '_entities', answer: { data: { _entities: [{ age: null }] } } }];
    const { stock, compiled } = await ask(smallGraphs['provides'], '{ review { other { age } } }', { script });

    expect(compiled).toEqual({
      data: { review: { other: null } },
      errors: [
        {
          message: 'Cannot return null for non-nullable field User.age.',
          path: ['review', 'other', 'age'],
          extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 'users' },
        },
      ],
    });
    expect(stock).toEqual({ ...compiled, errors: [] });
  });

  it('values that count as false keep their place where the plan has to rename them', async () => {
    const schemas = {
      strict: `type Query { list: [Either] } union Either = A | B type A { x: Int } type B @shareable { x: Int! }`,
      loose: `type Query { b: B } type B @shareable { x: Int }`,
    };
    const list = [
      { __typename: 'A', x: 0 },
      { __typename: 'B', x__alias_0: 0 },
    ];
    const script = [{ subgraph: 'strict', query: 'list', answer: { data: { list } } }];
    const query = '{ list { ... on A { x } ... on B { x } } }';
    const { stock, compiled } = await ask(schemas, query, { script });

    expect(compiled.data).toEqual({ list: [{ x: 0 }, { x: 0 }] });
    expect(stock.data).toEqual({ list: [{ x: 0 }, { x: null }] });
  });

  it('errors of entities have the right index when others of the list are not asked for', async () => {
    const schemas = {
      search: `
        type Query { found: [Thing] }
        union Thing = Song | Film
        type Song @key(fields: "id") { id: ID! }
        type Film @key(fields: "id") { id: ID! }`,
      films: `type Film @key(fields: "id") { id: ID! length: Int }`,
    };
    const script = [
      {
        subgraph: 'search',
        query: 'found',
        answer: {
          data: {
            found: [
              { __typename: 'Song', id: '1' },
              { __typename: 'Film', id: '2' },
            ],
          },
        },
      },
      {
        subgraph: 'films',
        query: '_entities',
        answer: {
          data: { _entities: [{ length: null }] },
          errors: [{ message: 'endless', path: ['_entities', 0, 'length'], extensions: { code: 'ENDLESS' } }],
        },
      },
    ];
    const { stock, compiled } = await ask(schemas, '{ found { ... on Film { length } } }', { script });

    expect(compiled.errors.map(({ path }) => path)).toEqual([['found', 1, 'length']]);
    expect(stock.errors.map(({ path }) => path)).toEqual([['found', 0, 'length']]);
  });

  it('the null of one subgraph does not take the place of what another one answers', async () => {
    const answer = {
      data: { place: null },
      errors: [{ message: 'lost', path: ['place'], extensions: { code: 'LOST' } }],
    };
    const graph = { ...smallGraphs['shareable'] };
    const of = async (subgraph: string, query: string) => {
      const { compiled } = await ask(graph, '{ place { name country { name } } }', {
        script: [{ subgraph, query, answer }],
      });
      return compiled.data;
    };

    expect(await of('first', 'place')).toEqual({ place: { name: null, country: expect.anything() } });
    expect(await of('second', 'place')).toEqual({ place: { name: expect.any(String), country: null } });
  });

  it('a computed field is fetched where a condition leaves another one out', async () => {
    const query = 'query ($isShown: Boolean = false) { list { name inDollars byWeight @include(if: $isShown) } }';
    const { stock, compiled } = await ask(PRICED, query);

    const product = { name: expect.any(String), inDollars: expect.any(Number) };
    expect(compiled).toEqual({ data: { list: expect.arrayContaining([product]) }, errors: [] });
    expect(stock).toEqual({ data: { list: expect.arrayContaining([{ ...product, inDollars: null }]) }, errors: [] });
  });

  it('no subgraph is asked for what a literal condition leaves out', async () => {
    const query = '{ places { position { long @include(if: false) alt } } }';
    const { stock, compiled } = await ask(smallGraphs['shareable'], query, { mood: { failing: new Set(['first']) } });

    expect(compiled).toEqual({ data: stock.data, errors: [] });
    expect(stock.errors).toHaveLength(1);
  });

  it('an integer that stands for an ID is the text that an ID is', async () => {
    const script = [{ subgraph: 'prices', query: 'list', answer: { data: { list: [{ id: 7 }] } } }];
    const { stock, compiled } = await ask(PRICED, '{ list { id } }', { script });

    expect(compiled.data).toEqual({ list: [{ id: '7' }] });
    expect(stock.data).toEqual({ list: [{ id: 7 }] });
  });

  it.each([
    'query ($x: Boolean! = true) { accounts { statements @include(if: $x) { line @include(if: false) } } }',
    'query ($x: Boolean! = true) { accounts { statements @include(if: $x) { line @skip(if: $x) } } }',
    'query ($x: Boolean! = true, $y: Boolean! = false) { accounts { statements @include(if: $x) { line @include(if: $y) } } }',
  ])('an object of which conditions leave nothing is there: %s', async (query) => {
    const { stock, compiled } = await ask(smallGraphs['several keys'], query);

    const statements = [{}, {}, {}];
    expect(compiled).toEqual({ data: { accounts: [{ statements }, { statements }, { statements }] }, errors: [] });
    expect(stock.data).not.toEqual(compiled.data);
  });
});
