import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { AnswerPolicy } from '../answer-policy/answer-policy.ts';
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
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
    on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  type User @key(fields: "id") @cacheControl(maxAge: 60) { id: ID!, name: String, note: String }
  type Query { user(id: ID!): User, users(first: Int!): [User!] }
  type Mutation { rename(id: ID!): User }
`);

/** A loader that tells the tags of the names it loads. */
function makeContext({ answerPolicy }: { answerPolicy: AnswerPolicy }) {
  const names = createBatchLoader<string, string>({
    name: 'names',
    keyText: (id) => id,
    load: async (ids) => {
      answerPolicy.addTags(ids.map((id) => `user:${id}`));
      return new Map(ids.map((id) => [id, `name of ${id}`]));
    },
    missing: null,
  });
  return { answerPolicy, names };
}
type Context = ReturnType<typeof makeContext>;

interface Reference {
  readonly id: string;
}

const resolvers = {
  Query: {
    user: (_: unknown, { id }: Reference) => ({ id }),
    users: (_: unknown, { first }: { first: number }) => Array.from({ length: first }, (_, id) => ({ id: `${id}` })),
  },
  Mutation: { rename: (_: unknown, { id }: Reference) => ({ id }) },
  User: {
    name: ({ id }: Reference, _: unknown, { names }: Context) => names.load(id),
    note: async ({ id }: Reference, _: unknown, { answerPolicy }: Context) => {
      if (id === 'secret') throw new CodedError('FORBIDDEN', 'not yours');
      answerPolicy.restrict({ maxAgeS: 5, scope: 'PRIVATE' });
      return 'note';
    },
  },
};

const key = 'the signing key that gateways have';

describe.each(['compiled', 'apollo'] as const)('the %s executor', (executor) => {
  async function ask(query: string, options: { isExplained?: boolean; headers?: Record<string, string> } = {}) {
    const { isExplained = false, headers = { 'x-tributary-cache-tags': '1' } } = options;
    const { url } = scope.own(
      await startSubgraphServer<Context>({
        name: 'accounts',
        typeDefs,
        resolvers,
        host: '127.0.0.1',
        port: 0,
        signingKeys: [key],
        isDevelopment: false,
        makeContext,
        isReady: async () => ({ isReady: true, checks: {} }),
        executor,
        logger: createCapturedLogger().logger,
      }),
    );
    const body = JSON.stringify({ query });
    const signed = signedHeaders({ key, subgraph: 'accounts', body, caller: { isExplained } });
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed, ...headers },
      body,
    });
    const { extensions } = Object(await response.json());
    return { header: response.headers.get('cache-control'), extensions };
  }

  it('says for how long an answer may be cached, and by which tags it is dropped', async () => {
    expect(await ask('{ a: user(id: 1) { name } b: user(id: 2) { name } c: user(id: 1) { name } }')).toEqual({
      header: 'max-age=60, public',
      extensions: { apolloCacheTags: ['user:1', 'user:2'] },
    });
  });

  it('says no tags to who does not ask for them', async () => {
    const answer = { header: 'max-age=60, public', extensions: undefined };
    expect(await ask('{ user(id: 1) { name } }', { headers: {} })).toEqual(answer);
    expect(await ask('{ user(id: 1) { name } }', { headers: { 'x-tributary-cache-tags': 'no' } })).toEqual(answer);
  });

  it('says that there are no tags', async () => {
    expect(await ask('{ user(id: 1) { id } }')).toEqual({
      header: 'max-age=60, public',
      extensions: { apolloCacheTags: [] },
    });
  });

  it('lets resolvers narrow what the schema hints', async () => {
    expect(await ask('{ user(id: 1) { note } }')).toMatchObject({ header: 'max-age=5, private' });
  });

  it('forbids to cache an answer with an error', async () => {
    expect(await ask('{ a: user(id: 1) { name } b: user(id: "secret") { note } }')).toMatchObject({
      header: 'no-store',
    });
  });

  it('forbids to cache what a mutation answers, and says its tags all the same', async () => {
    expect(await ask('mutation { rename(id: 1) { name } }')).toEqual({
      header: 'no-store',
      extensions: { apolloCacheTags: ['user:1'] },
    });
  });

  it('forbids to cache an explained answer', async () => {
    expect(await ask('{ user(id: 1) { name } }', { isExplained: true })).toEqual({
      header: 'no-store',
      extensions: {
        tributary: { statements: [], loaderBatches: [{ loader: 'names', group: 'all', keys: 1 }], cacheReads: [] },
        apolloCacheTags: ['user:1'],
      },
    });
  });

  it('forbids to cache an answer with too many tags, and leaves them out', async () => {
    expect(await ask('{ users(first: 1000) { name } }')).toMatchObject({ header: 'max-age=60, public' });
    expect(await ask('{ users(first: 1001) { name } }')).toEqual({ header: 'no-store', extensions: undefined });
  });
});
