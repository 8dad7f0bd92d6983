import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { readCostRules } from './cost-rules.ts';
import { OperationCost } from './operation-cost.ts';

const TYPES = `
  type Query {
    product(id: ID!): Product @join__field(graph: CATALOG)
    products(first: Int = 20, last: Int): ProductPage @join__field(graph: CATALOG)
      @listSize(slicingArguments: ["first", "last"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)
    search(text: String!, first: Int): [Result!]! @join__field(graph: CATALOG)
      @cost(weight: 10) @listSize(slicingArguments: ["first"], assumedSize: 50)
    recent: [Product!]! @join__field(graph: CATALOG)
    report(filter: Filter, format: String @cost(weight: 3)): Int @join__field(graph: CATALOG) @cost(weight: 5)
  }
  type Mutation {
    rename(id: ID!, name: String!): Product @join__field(graph: CATALOG)
    logIn(email: String!): Int @join__field(graph: CATALOG) @cost(weight: 50)
  }
  input Filter { heavy: Int @cost(weight: 7) and: [Filter!] }
  union Result = Product | Category
  type Category @join__type(graph: CATALOG) { name: String tree: [Category!]! @listSize(assumedSize: 3) }
  type ProductPage @join__type(graph: CATALOG) { nodes: [Product!]! edges: [Edge!]! total: Int info: Info! }
  type Edge @join__type(graph: CATALOG) @cost(weight: 0) { node: Product! }
  type Info @join__type(graph: CATALOG) @cost(weight: 0) { next: String }
  type Product @join__type(graph: CATALOG) @join__type(graph: REVIEWS) {
    id: ID!
    name: String @join__field(graph: CATALOG)
    picture: Picture @join__field(graph: CATALOG)
    reviews(first: Int = 20): [Review!]! @join__field(graph: REVIEWS) @listSize(slicingArguments: ["first"])
  }
  scalar Picture @cost(weight: 4)
  type Review @join__type(graph: REVIEWS) @cost(weight: 2) { stars: Int author: Author }
  type Author @join__type(graph: REVIEWS) { name: String }
`;
const SUPERGRAPH = `
  schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"]) { query: Query mutation: Mutation }
  enum join__Graph { CATALOG @join__graph(name: "catalog", url: "") REVIEWS @join__graph(name: "reviews", url: "") }
  ${TYPES}`;
const DIRECTIVES = `
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean)
    on FIELD_DEFINITION
  directive @join__field(graph: String) on FIELD_DEFINITION
  directive @join__type(graph: String) repeatable on OBJECT`;

const schema = buildSchema(DIRECTIVES + TYPES.replaceAll(/graph: (\w+)/g, 'graph: "$1"'));
const rules = readCostRules(parse(SUPERGRAPH));

function costOf(text: string): OperationCost {
  return new OperationCost(parse(text), { schema, rules, listSize: 10 });
}

function estimate(text: string, variables = {}): number {
  return costOf(text).estimate(variables).total;
}

describe('an estimate', () => {
  it.each([
    ['a scalar weighs nothing, an object 1', '{ product(id: 1) { id name } }', 1],
    [
      'an argument says how long a list is, in the fields that are sized by it',
      '{ products(first: 5) { nodes { id } } }',
      6,
    ],
    ['of several arguments the greatest counts', '{ products(first: 5, last: 7) { nodes { id } } }', 8],
    ["the argument's default does where none is given", '{ products { nodes { id } } }', 21],
    ['and where it is null', '{ products(first: null) { nodes { id } } }', 21],
    ['both ways to a list are two lists', '{ products(first: 5) { nodes { id } edges { node { id } } } }', 11],
    ['what weighs 0 costs nothing', '{ products(first: 0) { info { next } total } }', 1],
    ['a list of which nothing is said has the standard length', '{ recent { id } }', 10],
    ['an assumed size holds where no argument says more', '{ search(text: "") { ... on Product { id } } }', 60],
    [
      'a weight of a field counts once, whatever it gives',
      '{ search(text: "", first: 2) { ... on Product { id } } }',
      12,
    ],
    [
      'lists in lists multiply',
      '{ products(first: 5) { nodes { reviews(first: 3) { author { name } } } } }',
      1 + 5 + 5 * 3 * (2 + 1),
    ],
    [
      'the dearest type stands for an interface or union',
      '{ search(text: "", first: 2) { ... on Product { id } ... on Category { tree { name } } } }',
      10 + 2 * (1 + 3),
    ],
    ['a scalar may weigh something', '{ recent { picture } }', 10 * (1 + 4)],
    [
      'arguments and what is in them may weigh something',
      '{ report(format: "a", filter: { heavy: 1, and: [{ heavy: 2 }] }) }',
      5 + 3 + 7 + 7,
    ],
    ['a mutation weighs 10 more', 'mutation { rename(id: 1, name: "a") { id } }', 11],
    ['or what its schema says', 'mutation { logIn(email: "a") }', 50],
    ['aliases are fields of their own', '{ a: product(id: 1) { id } b: product(id: 1) { id } }', 2],
    [
      'the same field twice is one',
      '{ product(id: 1) { id } ...F } fragment F on Query { product(id: 1) { name } }',
      1,
    ],
    ['a negative length is none', '{ products(first: -5) { nodes { id } } }', 1],
  ])('%s', (_, text, expected) => {
    expect(estimate(text)).toBe(expected);
  });

  it('takes variables, and their defaults', () => {
    const cost = costOf(
      'query ($first: Int = 4, $filter: Filter) { products(first: $first) { nodes { id } } report(filter: $filter) }',
    );

    expect(cost.estimate({}).total).toBe(5 + 5);
    expect(cost.estimate({ first: 100 }).total).toBe(101 + 5);
    expect(cost.estimate({ first: null, filter: { heavy: 1 } }).total).toBe(21 + 12);
  });

  it('leaves out what conditions leave out', () => {
    const text = `query ($with: Boolean!) {
      product(id: 1) { id reviews(first: 1) @include(if: $with) { stars } ... @skip(if: $with) { picture } }
    }`;

    expect(estimate(text, { with: true })).toBe(1 + 2);
    expect(estimate(text, { with: false })).toBe(1 + 4);
  });

  it('is split by the subgraphs that have the fields', () => {
    const { bySubgraph } = costOf('{ products(first: 5) { nodes { reviews(first: 3) { stars } } } }').estimate({});

    expect(rules.subgraphs).toEqual(['catalog', 'reviews']);
    expect(bySubgraph).toEqual([6, 30]);
  });

  it('of lists without end is a number that exceeds every limit', () => {
    const nested = `${'{ tree '.repeat(40)}{ name }${' }'.repeat(40)}`;
    const { total } = costOf(`{ search(text: "", first: 2000000000) { ... on Category ${nested} } }`).estimate({});

    expect(total).toBeGreaterThan(1e12);
    expect(total).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('of more fields than can be looked at is endless, and found out soon', () => {
    const fields = Array.from({ length: 300 }, (_, index) => `a${index}: recent { ...F }`).join(' ');
    const fragment = Array.from({ length: 300 }, (_, index) => `b${index}: reviews { stars }`).join(' ');

    expect(estimate(`{ ${fields} } fragment F on Product { ${fragment} }`)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('what an answer has cost', () => {
  it('is counted by what is in it', () => {
    const cost = costOf('{ products { nodes { name reviews { stars author { name } } } } }');
    const review = { stars: 5, author: { name: 'Ada' } };
    const nodes = [
      { name: 'a', reviews: [review, { stars: 1, author: null }] },
      { name: 'b', reviews: [] },
    ];

    expect(cost.ofAnswer({ products: { nodes } }, {})).toBe(1 + 2 + (2 + 1) + 2);
  });

  it('is nothing for what was not asked of anybody', () => {
    const cost = costOf('query ($with: Boolean!) { product(id: 1) { id } recent @include(if: $with) { id } }');

    expect(cost.ofAnswer({ product: { id: '1' } }, { with: false })).toBe(1);
    expect(cost.ofAnswer({}, { with: true })).toBe(0);
  });

  it('is the weight of a field that gives nothing', () => {
    expect(costOf('{ search(text: "") { __typename } }').ofAnswer({ search: [] }, {})).toBe(10);
    expect(costOf('mutation { rename(id: 1, name: "") { id } }').ofAnswer({ rename: null }, {})).toBe(10);
  });

  it('tells types apart by their names', () => {
    const cost = costOf('{ search(text: "") { __typename ... on Category { tree { name } } } }');
    const search = [{ __typename: 'Product' }, { __typename: 'Category', tree: [{ name: 'a' }] }];

    expect(cost.ofAnswer({ search }, {})).toBe(10 + 1 + (1 + 1));
  });
});

describe('a supergraph', () => {
  it('may give the directives other names', () => {
    const renamed = SUPERGRAPH.replaceAll('@cost(', '@price(')
      .replaceAll('@listSize', '@price__listSize')
      .replace('cost/v0.1", import: ["@price__listSize"]', 'cost/v0.1", as: "price"');
    const cost = new OperationCost(parse('{ search(text: "") { __typename } }'), {
      schema,
      rules: readCostRules(parse(renamed)),
      listSize: 10,
    });

    expect(cost.estimate({}).total).toBe(60);
  });

  it('that says nothing of costs has those by default', () => {
    const silent = readCostRules(parse(SUPERGRAPH.replace(/@link\(.*\)/, '')));
    const cost = new OperationCost(parse('{ search(text: "") { __typename } }'), {
      schema,
      rules: silent,
      listSize: 10,
    });

    expect(cost.estimate({}).total).toBe(10);
  });
});
