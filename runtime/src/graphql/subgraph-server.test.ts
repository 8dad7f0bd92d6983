import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { currentWork } from '../request/request-work.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import {
  startUsersSubgraph,
  usersKey,
  usersResolvers,
  usersSession,
  usersSubgraph,
} from '../testing/users-subgraph.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

describe('startSubgraphServer', () => {
  it('fails one entity alone when its reference resolver throws at once', async () => {
    const { ask } = await startUsersSubgraph(scope);
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
    const { ask } = await startUsersSubgraph(scope);
    expect(await ask('{ viewerId requestId }', { headers: { 'x-request-id': 'r1' } })).toEqual({
      status: 200,
      body: { data: { viewerId: 'usr_1', requestId: 'r1' } },
    });
    expect(await ask('{ viewerId }', { asViewer: null })).toMatchObject({ body: { data: { viewerId: null } } });
  });

  const entities = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { name } } }';
  const representations = ['1', '2', '3'].map((id) => ({ __typename: 'User', id }));

  it('says what the request did when the signed header asks for it, and only then', async () => {
    const { ask } = await startUsersSubgraph(scope);
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
    const { ask, lines } = await startUsersSubgraph(scope);
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

  it('runs every request inside what it is told to', async () => {
    let sessions = 0;
    const { ask } = await startUsersSubgraph(scope, {
      aroundRequest: (run) => {
        sessions += 1;
        return usersSession.run(`session ${sessions}`, run);
      },
    });
    expect((await ask('{ session }')).body).toEqual({ data: { session: 'session 1' } });
    expect((await ask('{ session }')).body).toEqual({ data: { session: 'session 2' } });
  });

  it('tells what runs around a request how far databases have to be that it reads', async () => {
    const asked: unknown[] = [];
    const { ask } = await startUsersSubgraph(scope, {
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
    const { ask, server } = await startUsersSubgraph(scope, {
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
      const signed = signedHeaders({ key: usersKey, subgraph: usersSubgraph, body });
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
    const { ask } = await startUsersSubgraph(scope, {
      resolvers: {
        ...usersResolvers,
        Query: {
          ...usersResolvers.Query,
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
});
