import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { CodedError } from '../errors/coded-error.ts';
import { Scope } from '../lifecycle/scope.ts';
import { createBatchLoader } from '../loaders/batch-loader.ts';
import { currentWork, recordStatement } from '../request/request-work.ts';
import { signatureHeaderName } from '../signature/signature.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { type SubgraphServerOptions, startSubgraphServer } from './subgraph-server.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { viewerId: String, requestId: String, refused: String, broken: String, session: String }
  type User @key(fields: "id") { id: ID!, name: String }
`);

const session = new AsyncLocalStorage<string>();
const viewer: Viewer = { userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes: [] };
const key = 'the signing key that gateways have';

function makeContext({ viewer, requestId }: { viewer: Viewer | null; requestId: string }) {
  const userNames = createBatchLoader<string, string>({
    name: 'userNames',
    keyText: (id) => id,
    load: async (ids) => {
      const statement = {
        text: 'select … where id = any($1)',
        database: 'shard_0',
        role: 'replica',
        node: 'h:1',
      } as const;
      recordStatement({ ...statement, rows: ids.length, durationMs: 1.5, startedAtMs: 1 });
      return new Map(ids.map((id) => [id, `name of ${id}`]));
    },
    missing: null,
  });
  return { viewer, requestId, userNames };
}
type Context = ReturnType<typeof makeContext>;

const resolvers = {
  Query: {
    viewerId: (_: unknown, __: unknown, context: Context) => context.viewer?.userId,
    requestId: (_: unknown, __: unknown, context: Context) => context.requestId,
    session: () => session.getStore(),
    refused: () => {
      throw new CodedError('FORBIDDEN', 'not yours');
    },
    broken: () => {
      throw new Error('hunter2');
    },
  },
  User: {
    __resolveReference: (reference: { id: string }) => {
      if (reference.id === 'malformed') throw new CodedError('INVALID_ID', 'not an id');
      return reference;
    },
    name: ({ id }: { id: string }, _: unknown, context: Context) => context.userNames.load(id),
  },
};

async function startServer(options: Partial<SubgraphServerOptions<Context>> = {}) {
  const { logger, lines } = createCapturedLogger();
  const server = scope.own(
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
      logger,
      ...options,
    }),
  );
  /** As the gateway asks, unless told otherwise. */
  async function ask(
    query: string,
    {
      isExplained = false,
      variables = {},
      headers = {},
      asViewer = viewer,
    }: {
      isExplained?: boolean;
      variables?: Record<string, unknown>;
      headers?: Record<string, string>;
      asViewer?: Viewer | null;
    } = {},
  ): Promise<{ status: number; body: unknown }> {
    const body = JSON.stringify({ query, variables });
    const signed = signedHeaders({ key, subgraph: 'accounts', body, caller: { viewer: asViewer, isExplained } });
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed, ...headers },
      body,
    });
    return { status: response.status, body: await response.json() };
  }
  return { server, ask, lines };
}

describe('startSubgraphServer', () => {
  it('fails one entity alone when its reference resolver throws at once', async () => {
    const { ask } = await startServer();
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }';
    const r = ['1', 'malformed', '2'].map((id) => ({ __typename: 'User', id }));
    expect(await ask(query, { variables: { r } })).toMatchObject({
      body: {
        data: { _entities: [{ id: '1' }, null, { id: '2' }] },
        errors: [{ path: ['_entities', 1], extensions: { code: 'INVALID_ID' } }],
      },
    });
  });

  it('gives resolvers the viewer and the request id that the gateway vouches for', async () => {
    const { ask } = await startServer();
    expect(await ask('{ viewerId requestId }', { headers: { 'x-request-id': 'r1' } })).toEqual({
      status: 200,
      body: { data: { viewerId: 'usr_1', requestId: 'r1' } },
    });
    expect(await ask('{ viewerId }', { asViewer: null })).toMatchObject({ body: { data: { viewerId: null } } });
  });

  it.each([
    ['without a signature', '', 'GATEWAY_SIGNATURE_REQUIRED'],
    ['with a bare user id', 'usr_1', 'GATEWAY_SIGNATURE_INVALID'],
    [
      'signed with another key',
      signedHeaders({
        key: 'k'.repeat(32),
        subgraph: 'accounts',
        body: '{"query":"{ viewerId }","variables":{}}',
        caller: { viewer },
      })[signatureHeaderName] ?? '',
      'GATEWAY_SIGNATURE_INVALID',
    ],
  ] as const)('refuses a request %s before it executes anything, and counts it', async (_, signature, code) => {
    let contexts = 0;
    const { ask, lines, server } = await startServer({
      makeContext: (request) => {
        contexts += 1;
        return makeContext(request);
      },
    });
    const refused = { status: 401, body: { errors: [{ message: expect.any(String), extensions: { code } }] } };
    expect(await ask('{ viewerId }', { headers: { [signatureHeaderName]: signature } })).toEqual(refused);
    expect(await ask('{ viewerId }', { headers: { [signatureHeaderName]: signature } })).toEqual(refused);
    expect({ contexts, count: server.refusals[code] }).toEqual({ contexts: 0, count: 2 });
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', component: 'gateway signature', code })]);
  });

  it('does not parse what is not signed', async () => {
    const { server } = await startServer();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GATEWAY_SIGNATURE_REQUIRED' } }] });
  });

  it('does not start without a key', async () => {
    await expect(startServer({ signingKeys: [] })).rejects.toThrow('expected at least one key');
  });

  const entities = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { name } } }';
  const representations = ['1', '2', '3'].map((id) => ({ __typename: 'User', id }));

  it('says what the request did when the signed header asks for it, and only then', async () => {
    const { ask } = await startServer();
    const data = { _entities: [{ name: 'name of 1' }, { name: 'name of 2' }, { name: 'name of 3' }] };
    expect((await ask(entities, { variables: { of: representations }, isExplained: true })).body).toEqual({
      data,
      extensions: {
        tributary: {
          statements: [
            {
              text: 'select … where id = any($1)',
              database: 'shard_0',
              role: 'replica',
              node: 'h:1',
              rows: 3,
              durationMs: 1.5,
            },
          ],
          loaderBatches: [{ loader: 'userNames', group: 'all', keys: 3 }],
          cacheReads: [],
        },
      },
    });
    expect((await ask(entities, { variables: { of: representations } })).body).toEqual({ data });
  });

  it('shows a coded error beside the data and masks any other, with a 200 for both', async () => {
    const { ask, lines } = await startServer();
    const { status, body } = await ask('{ viewerId refused broken }', { headers: { 'x-request-id': 'r1' } });
    expect(status).toBe(200);
    expect(body).toEqual({
      data: { viewerId: 'usr_1', refused: null, broken: null },
      errors: [
        expect.objectContaining({ message: 'not yours', path: ['refused'], extensions: { code: 'FORBIDDEN' } }),
        expect.objectContaining({
          message: 'Internal server error',
          path: ['broken'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', reference: expect.any(String) },
        }),
      ],
    });
    expect(lines).toEqual([
      expect.objectContaining({
        requestId: 'r1',
        path: ['broken'],
        err: expect.objectContaining({ message: 'hunter2' }),
      }),
    ]);
  });

  it.each([
    ['a syntax error', '{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ unknown }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable of a wrong type', entities, { of: null }, 'BAD_USER_INPUT'],
  ])('answers %s with a 400 and its code, and logs nothing', async (_, query, variables, code) => {
    const { ask, lines } = await startServer();
    expect(await ask(query, { variables })).toEqual({
      status: 400,
      body: { errors: [expect.objectContaining({ extensions: { code } })] },
    });
    expect(lines).toEqual([]);
  });

  it.each(['{ _service { sdl } }', '{ __schema { queryType { name } } }'])(
    'answers %s in development only',
    async (query) => {
      const production = await startServer();
      const development = await startServer({ isDevelopment: true });
      expect(await production.ask(query)).toMatchObject({
        status: 400,
        body: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      });
      expect(await development.ask(query)).toMatchObject({ status: 200, body: { data: expect.any(Object) } });
    },
  );

  it('runs every request inside what it is told to', async () => {
    let sessions = 0;
    const { ask } = await startServer({
      aroundRequest: (run) => {
        sessions += 1;
        return session.run(`session ${sessions}`, run);
      },
    });
    expect((await ask('{ session }')).body).toEqual({ data: { session: 'session 1' } });
    expect((await ask('{ session }')).body).toEqual({ data: { session: 'session 2' } });
  });

  it('tells what runs around a request how far databases have to be that it reads', async () => {
    const asked: unknown[] = [];
    const { ask } = await startServer({
      aroundRequest: (run, { minimumPositions }) => {
        asked.push(minimumPositions);
        return run();
      },
    });
    const header = 'x-tributary-minimum-positions';
    await ask('{ session }', { headers: { [header]: '{"catalog":21474836480,"shard_0":7}' } });
    await ask('{ session }');
    expect(asked).toEqual([{ catalog: 21474836480, shard_0: 7 }, {}]);
    for (const wrong of ['', '{', '[7]', '{"catalog":"7"}', '{"catalog":-1}']) {
      const { status, body } = await ask('{ session }', { headers: { [header]: wrong } });
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      });
    }
    expect(asked).toHaveLength(2);
  });

  it('tells what runs around a request what its viewer has seen, and the gateway how far that got', async () => {
    const asked: unknown[] = [];
    const { ask, server } = await startServer({
      aroundRequest: async (run, { followed }) => {
        asked.push(followed && { seen: followed.seen, hasWritten: followed.hasWritten });
        const result = await run();
        followed?.report({ catalog: [2, 9] });
        return result;
      },
    });
    const header = 'x-tributary-session';
    const session = '{"seen":{"catalog":[1,7]},"hasWritten":true}';
    const body = '{"query":"{ session }"}';
    const reachedBy = async (headers: Record<string, string>) => {
      const signed = signedHeaders({ key, subgraph: 'accounts', body });
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...signed, ...headers }, body };
      return (await fetch(`${server.url}/graphql`, init)).headers.get(header);
    };
    expect(await reachedBy({ [header]: session })).toBe('{"catalog":[2,9]}');
    expect(await reachedBy({})).toBeNull();
    expect(asked).toEqual([{ seen: { catalog: [1, 7] }, hasWritten: true }, undefined]);
    for (const wrong of [
      '',
      '{}',
      '{"seen":{"catalog":[1]},"hasWritten":true}',
      '{"seen":{"a":[1,-1]},"hasWritten":true}',
    ]) {
      const refused = { status: 400, body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } };
      expect(await ask('{ session }', { headers: { [header]: wrong } })).toMatchObject(refused);
    }
    expect(asked).toHaveLength(2);
  });

  it('lets whatever a request does know when the gateway waits no longer', async () => {
    const { ask } = await startServer({
      resolvers: {
        ...resolvers,
        Query: {
          ...resolvers.Query,
          session: async () => {
            const signal = currentWork()?.signal?.toAbortSignal();
            if (signal && !signal.aborted) await once(signal, 'abort');
            return 'given up';
          },
        },
      },
    });
    const { body } = await ask('{ session }', { headers: { 'x-tributary-timeout-ms': '5' } });
    expect(body).toEqual({ data: { session: 'given up' } });
    expect((await ask('{ session }', { headers: { 'x-tributary-timeout-ms': 'soon' } })).status).toBe(400);
  });

  it('is asked by POST alone', async () => {
    const { server } = await startServer();
    const target = '/graphql?query={viewerId}';
    const response = await fetch(server.url + target, {
      headers: signedHeaders({ key, subgraph: 'accounts', method: 'GET', target }),
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
  });
});
