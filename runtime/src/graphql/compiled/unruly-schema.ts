import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLScalarType, type GraphQLSchema, parse, valueFromASTUntyped } from 'graphql';
import { CodedError } from '../../errors/coded-error.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar Odd
  enum Color { RED GREEN }
  input Filter { limit: Int = 7, text: String!, colors: [Color!] = [RED] }
  interface Node { id: ID! }
  type User implements Node @key(fields: "id") {
    id: ID!
    name: String
    strict: String!
    friend: User
    strictFriend: User!
    friends(first: Int = 2): [User!]
    method(suffix: String): String
    promised: String
    guarded: String
    flatFriend: User
    node: Node
  }
  type Shop implements Node { id: ID!, name: String, owner: User }
  type Typed @key(fields: "id") { id: ID! }
  interface Media @key(fields: "id") { id: ID! }
  type Book implements Media @key(fields: "id") { id: ID!, title: String }
  type Parcel @key(fields: "id") { id: ID!, grams: Int, label: String! }
  union Thing = User | Shop
  type Query {
    user(id: ID = "1"): User
    users(ids: [ID!]!): [User]
    strictUsers(ids: [ID!]!): [User!]!
    matrix: [[User!]]
    node(is: String!): Node
    nodes: [Node]
    things: [Thing!]
    typed(is: String): Typed
    color(value: Color): Color
    odd(value: Odd): Odd
    echo(limit: Int = 3, filter: Filter): String
    numbers: [Int]
    set: [Int]
    noList: [Int]
    fails: String
    returnsError: String
    strictRoot: String!
  }
  type Mutation { step(name: String!, ms: Int = 0): String, strictStep(name: String!): String! }
`);

const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(resolve, ms, value));
const failing = (ms: number) =>
  new Promise<never>((_, reject) => setTimeout(reject, ms, new CodedError('FORBIDDEN', 'not this one')));

/**
 * A user by a made-up id: `null` is none, `bad…` fails, `late…` comes later than others, `…!` lacks what it must have.
 */
function userOf(id: string): unknown {
  if (id === 'null') return after(1, null);
  if (id.startsWith('bad')) return failing(id === 'bad late' ? 8 : 1);
  const user = {
    id,
    name: `name of ${id}`,
    strict: id.endsWith('!') ? null : 'there',
    method: ({ suffix }: { suffix?: string }, _context: unknown, info: { fieldName: string }) =>
      `${info.fieldName} ${id} ${suffix}`,
    promised: Promise.resolve(`promise ${id}`),
    get guarded() {
      if (id === 'guarded') throw new CodedError('FORBIDDEN', 'not to be read');
      return 'readable';
    },
  };
  return id.startsWith('late') ? after(4, user) : user;
}

/**
 * A schema whose resolvers do what resolvers do on bad days, too: values of every kind, in and out of promises, errors thrown,
 * rejected and returned, types that cannot be found. The steps of mutations write to `context.log`.
 */
export function buildUnrulySchema(): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs, resolvers }]);
}

interface Context {
  readonly log: string[];
}

const resolvers = {
  Odd: new GraphQLScalarType({
    name: 'Odd',
    serialize: (value) => {
      if (value === 'nothing') return undefined;
      return requireOdd(value);
    },
    parseValue: requireOdd,
    parseLiteral: (node, variables) => requireOdd(valueFromASTUntyped(node, variables)),
  }),
  Color: { RED: 'r', GREEN: 0 },
  Query: {
    user: (_: unknown, { id }: { id: string }) => userOf(id),
    users: (_: unknown, { ids }: { ids: string[] }) => ids.map(userOf),
    strictUsers: async (_: unknown, { ids }: { ids: string[] }) => ids.map(userOf),
    matrix: () => [[userOf('1')], null, [userOf('bad'), userOf('2')], after(2, [userOf('late')])],
    node: (_: unknown, { is }: { is: string }) => ({ id: 'n', name: 'a node', is }),
    nodes: () => [{ id: 'a', is: 'User' }, { id: 'b', is: 'Nope' }, null, after(1, { id: 'c', is: 'Shop async' })],
    things: () => [
      { __typename: 'User', id: '1', name: 'a user' },
      { __typename: 'Shop', id: '2', name: 'a shop', owner: () => userOf('late') },
    ],
    typed: (_: unknown, { is }: { is?: string }) => ({ id: 't', is }),
    color: (_: unknown, { value }: { value?: string | number }) => value ?? 'r',
    odd: (_: unknown, { value }: { value?: unknown }) => value ?? 'nothing',
    echo: (_: unknown, args: object, _context: unknown, info: { path: unknown }) => JSON.stringify([args, info.path]),
    numbers: () => [1, '2', 'three', null, 4.5, 2 ** 40],
    set: () => new Set([1, 2]),
    noList: () => 'no list',
    fails: () => {
      throw new CodedError('INVALID_ID', 'not an id', { extensions: { field: 'id' } });
    },
    returnsError: () => new CodedError('FORBIDDEN', 'no'),
    strictRoot: () => after(1, null),
  },
  Mutation: {
    step: async (_: unknown, { name, ms }: { name: string; ms: number }, { log }: Context) => {
      log.push(`${name} starts`);
      await after(ms, null);
      log.push(`${name} ends`);
      if (name === 'bad') throw new CodedError('FORBIDDEN', 'no');
      return name;
    },
    strictStep: (_: unknown, { name }: { name: string }, { log }: Context) => {
      log.push(name);
      return null;
    },
  },
  User: {
    __resolveReference: ({ id }: { id: string }) => userOf(id),
    friend: ({ id }: { id: string }) => userOf(`${id}'s friend`),
    strictFriend: ({ id }: { id: string }) => userOf(`${id}!`),
    flatFriend: () => 'a text',
    friends: ({ id }: { id: string }, { first }: { first: number }) =>
      Array.from({ length: first }, (_, index) => userOf(index === 1 ? `late ${id}` : `${id}.${index}`)),
    node: ({ id }: { id: string }) => ({ id, is: 'Shop' }),
  },
  Media: { __resolveReference: ({ id }: { id: string }) => ({ id, __typename: 'Book', title: `title of ${id}` }) },
  Book: { __resolveReference: ({ id }: { id: string }) => after(1, { id, title: `book ${id}` }) },
  Node: {
    __resolveType: ({ is }: { is: string }, _context: unknown, info: { fieldName: string }) => {
      if (is === 'throws') throw new CodedError('FORBIDDEN', `no type at ${info.fieldName}`);
      if (is === 'rejects') return failing(1);
      const [name, isAsync] = is.split(' ');
      return isAsync ? after(1, name) : name;
    },
  },
  Typed: {
    __resolveReference: ({ id: is }: { id: string }) => (is === 'text' ? is : { id: 't', is }),
    __isTypeOf: ({ is = 'it' }: { is?: string }) => {
      if (is === 'late') return after(1, true);
      if (is === 'late no') return after(1, false);
      return is === 'it';
    },
  },
};

function requireOdd(value: unknown): number {
  if (typeof value === 'number' && value % 2 === 1) return value;
  throw new CodedError('BAD_USER_INPUT', `${JSON.stringify(value)} is not odd`);
}
