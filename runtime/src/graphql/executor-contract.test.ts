import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { CodedError } from '../errors/coded-error.ts';
import { Scope } from '../lifecycle/scope.ts';
import { createBatchLoader } from '../loaders/batch-loader.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { startSubgraphServer } from './subgraph-server.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  input NewUser { name: String!, age: Int = 18 }
  interface Node { id: ID! }
  type User implements Node @key(fields: "id") { id: ID!, name: String, friends(first: Int = 1): [User!] }
  type Query { user(id: ID!): User, node: Node, coded: String, broken: String!, list(of: [Int!]!): [Int] }
  type Mutation { addUser(input: NewUser!): User }
`);

function makeContext() {
  const names = createBatchLoader<string, string>({
    name: 'names',
    keyText: (id) => id,
    load: async (ids) => new Map(ids.filter((id) => id !== 'unknown').map((id) => [id, `name of ${id}`])),
    missing: null,
  });
  return { names };
}
type Context = ReturnType<typeof makeContext>;

interface Reference {
  readonly id: string;
}

const resolvers = {
  Query: {
    user: (_: unknown, { id }: Reference) => ({ id }),
    node: () => ({ id: '1', __typename: 'User' }),
    coded: () => {
      throw new CodedError('INVALID_ID', 'not an id', { extensions: { field: 'id' } });
    },
    broken: () => {
      throw new Error('hunter2');
    },
    list: (_: unknown, { of }: { of: number[] }) => of,
  },
  Mutation: {
    addUser: (_: unknown, { input }: { input: { name: string; age: number } }) => ({
      id: `${input.name}-${input.age}`,
    }),
  },
  User: {
    __resolveReference: ({ id }: Reference) => {
      if (id === 'malformed') throw new CodedError('INVALID_ID', 'not an id');
      return { id };
    },
    name: ({ id }: Reference, _: unknown, { names }: Context) => names.load(id),
    friends: ({ id }: Reference, { first }: { first: number }) =>
      Array.from({ length: first }, (_, index) => ({ id: `${id}.${index}` })),
  },
};

const key = 'the signing key that gateways have';

/** The server of one executor, and how to ask it. */
async function startServer(executor: 'compiled' | 'apollo', isDevelopment: boolean) {
  const { logger, lines } = createCapturedLogger();
  const { url } = scope.own(
    await startSubgraphServer<Context>({
      name: 'accounts',
      typeDefs,
      resolvers,
      host: '127.0.0.1',
      port: 0,
      signingKeys: [key],
      isDevelopment,
      makeContext,
      isReady: async () => ({ isReady: true, checks: {} }),
      executor,
      logger,
    }),
  );
  return {
    lines,
    async post(value: unknown, headers: Record<string, string> = {}) {
      const body = JSON.stringify(value);
      const signed = signedHeaders({
        key,
        subgraph: 'accounts',
        body,
        caller: { isExplained: headers['explain'] === 'yes' },
      });
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed, ...headers },
        body,
      });
      const { status } = response;
      return {
        status,
        contentType: response.headers.get('content-type'),
        cacheControl: response.headers.get('cache-control'),
        text: withoutReferences(await response.text()),
      };
    },
  };
}

/** The reference under which a masked error is logged is new each time. */
function withoutReferences(text: string): string {
  return text.replaceAll(/"reference":"[0-9a-f]{12}"/g, '"reference":"…"');
}

async function askBoth(body: unknown, options: { headers?: Record<string, string>; isDevelopment?: boolean } = {}) {
  const { headers = {}, isDevelopment = false } = options;
  const compiled = await startServer('compiled', isDevelopment);
  const apollo = await startServer('apollo', isDevelopment);
  return {
    compiled: { ...(await compiled.post(body, headers)), logged: compiled.lines.length },
    apollo: { ...(await apollo.post(body, headers)), logged: apollo.lines.length },
  };
}

const entities = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { id name friends { id } } } }';
const references = (...ids: string[]) => ({ of: ids.map((id) => ({ __typename: 'User', id })) });
const several = 'query A { user(id: 1) { id } } query B { user(id: 2) { id } }';

describe('the compiled executor and the one of Apollo answer alike, to the byte:', () => {
  it.each<[what: string, status: number, body: unknown, headers?: Record<string, string>]>([
    ['entities', 200, { query: entities, variables: references('1', '2', 'unknown') }],
    ['entities of which some fail', 200, { query: entities, variables: references('1', 'malformed', '2') }],
    ['an explained request', 200, { query: entities, variables: references('1', '2') }, { explain: 'yes' }],
    ['a coded error', 200, { query: '{ coded user(id: 1) { id } }' }],
    ['a defect that leaves no data', 200, { query: '{ broken user(id: 1) { id } }' }],
    ['an interface and its __typename', 200, { query: '{ __typename node { __typename id } }' }],
    [
      'conditions',
      200,
      {
        query: 'query ($a: Boolean!) { user(id: 1) { id @skip(if: $a) name @include(if: $a) } }',
        variables: { a: true },
      },
    ],
    [
      'a mutation',
      200,
      { query: 'mutation { a: addUser(input: { name: "a" }) { id } b: addUser(input: { name: "b", age: 1 }) { id } }' },
    ],
    ['the operation that is named', 200, { query: several, operationName: 'B' }],
    [
      'parameters that are null',
      200,
      { query: '{ user(id: 1) { id } }', operationName: null, variables: null, extensions: null },
    ],
    ['no name where there are several', 400, { query: several }],
    ['a name that no operation has', 400, { query: several, operationName: 'C' }],
    ['an empty name', 400, { query: several, operationName: '' }],
    [
      'a fragment alone',
      400,
      { query: 'fragment F on User { id } query { user(id: 1) { ...F } }', operationName: 'F' },
    ],
    ['a syntax error', 400, { query: '{ user(' }],
    ['unknown fields', 400, { query: '{ unknown user(id: 1) { unknown } }' }],
    ['a missing argument', 400, { query: '{ user { id } }' }],
    ['an unused variable', 400, { query: 'query ($a: Int) { user(id: 1) { id } }' }],
    ['@defer', 400, { query: '{ user(id: 1) { id ... @defer { name } } }' }],
    ['a variable of a wrong type', 400, { query: entities, variables: { of: null } }],
    [
      'several wrong items',
      400,
      { query: 'query ($of: [Int!]!) { list(of: $of) }', variables: { of: [1, null, 'x'] } },
    ],
    [
      'an input object without what it needs',
      400,
      { query: 'mutation ($i: NewUser!) { addUser(input: $i) { id } }', variables: { i: {} } },
    ],
    ['too many tokens', 400, { query: `{ ${'a '.repeat(20_001)} }` }],
    ['introspection in production', 400, { query: '{ __schema { queryType { name } } }' }],
    ['the schema document in production', 400, { query: '{ _service { sdl } }' }],
    [
      'a client of GraphQL responses',
      200,
      { query: '{ user(id: 1) { id } }' },
      { accept: 'application/graphql-response+json, application/json;q=0.9' },
    ],
    ['a syntax error for one', 400, { query: '{' }, { accept: 'application/graphql-response+json' }],
  ])('%s', async (_, status, body, headers = {}) => {
    const { compiled, apollo } = await askBoth(body, { headers });
    expect(apollo.status).toBe(status);
    expect(compiled).toEqual(apollo);
  });

  it.each(['{ _service { sdl } }', '{ __schema { types { name fields { name type { name ofType { name } } } } } }'])(
    'in development, %s',
    async (query) => {
      const { compiled, apollo } = await askBoth({ query }, { isDevelopment: true });
      expect(apollo.status).toBe(200);
      expect(compiled).toEqual(apollo);
    },
  );
});

describe('the compiled executor and the one of Apollo refuse alike, each in its own words:', () => {
  it.each<[what: string, status: number, code: string, body: unknown, headers?: Record<string, string>]>([
    ['no parameters', 400, 'BAD_REQUEST', {}],
    ['no query', 400, 'BAD_REQUEST', { variables: {} }],
    ['an empty query', 400, 'BAD_REQUEST', { query: '' }],
    ['a query that is no text', 400, 'BAD_REQUEST', { query: 1 }],
    ['variables as text', 400, 'BAD_REQUEST', { query: '{ __typename }', variables: '{}' }],
    ['variables as a list', 400, 'BAD_REQUEST', { query: '{ __typename }', variables: [] }],
    ['extensions as text', 400, 'BAD_REQUEST', { query: '{ __typename }', extensions: '{}' }],
    ['a name that is no text', 400, 'BAD_REQUEST', { query: '{ __typename }', operationName: 1 }],
    [
      'a hash',
      200,
      'PERSISTED_QUERY_NOT_SUPPORTED',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
    ],
    ['a type it does not have', 406, 'BAD_REQUEST', { query: '{ __typename }' }, { accept: 'text/html' }],
  ])('%s', async (_, status, code, body, headers = {}) => {
    const answers = await askBoth(body, { headers });
    for (const answer of [answers.apollo, answers.compiled]) {
      expect(answer).toMatchObject({ status, logged: 0 });
      expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ extensions: { code } }] });
    }
  });
});
