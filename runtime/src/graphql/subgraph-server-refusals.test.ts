import { afterEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { signatureHeaderName } from '../signature/signature.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import {
  makeUsersContext,
  startUsersSubgraph,
  usersKey,
  usersSubgraph,
  usersViewer,
} from '../testing/users-subgraph.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

describe('startSubgraphServer', () => {
  it.each([
    ['without a signature', '', 'GATEWAY_SIGNATURE_REQUIRED'],
    ['with a bare user id', 'usr_1', 'GATEWAY_SIGNATURE_INVALID'],
    [
      'signed with another key',
      signedHeaders({
        key: 'k'.repeat(32),
        subgraph: usersSubgraph,
        body: '{"query":"{ viewerId }","variables":{}}',
        caller: { viewer: usersViewer },
      })[signatureHeaderName] ?? '',
      'GATEWAY_SIGNATURE_INVALID',
    ],
  ] as const)('refuses a request %s before it executes anything, and counts it', async (_, signature, code) => {
    let contexts = 0;
    const { ask, lines, server } = await startUsersSubgraph(scope, {
      makeContext: (request) => {
        contexts += 1;
        return makeUsersContext(request);
      },
    });
    const refused = { status: 401, body: { errors: [{ message: expect.any(String), extensions: { code } }] } };
    expect(await ask('{ viewerId }', { headers: { [signatureHeaderName]: signature } })).toEqual(refused);
    expect(await ask('{ viewerId }', { headers: { [signatureHeaderName]: signature } })).toEqual(refused);
    expect({ contexts, count: server.refusals[code] }).toEqual({ contexts: 0, count: 2 });
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', component: 'gateway signature', code })]);
  });

  it('does not parse what is not signed', async () => {
    const { server } = await startUsersSubgraph(scope);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GATEWAY_SIGNATURE_REQUIRED' } }] });
  });

  it('does not start without a key', async () => {
    await expect(startUsersSubgraph(scope, { signingKeys: [] })).rejects.toThrow('expected at least one key');
  });

  it.each([
    ['a syntax error', '{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ unknown }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of a wrong type',
      'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }',
      { of: null },
      'BAD_USER_INPUT',
    ],
  ])('answers %s with a 400 and its code, and logs nothing', async (_, query, variables, code) => {
    const { ask, lines } = await startUsersSubgraph(scope);
    expect(await ask(query, { variables })).toEqual({
      status: 400,
      body: { errors: [expect.objectContaining({ extensions: { code } })] },
    });
    expect(lines).toEqual([]);
  });

  it.each(['{ _service { sdl } }', '{ __schema { queryType { name } } }'])(
    'answers %s in development only',
    async (query) => {
      const production = await startUsersSubgraph(scope);
      const development = await startUsersSubgraph(scope, { isDevelopment: true });
      expect(await production.ask(query)).toMatchObject({
        status: 400,
        body: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      });
      expect(await development.ask(query)).toMatchObject({ status: 200, body: { data: expect.any(Object) } });
    },
  );

  it('is asked by POST alone', async () => {
    const { server } = await startUsersSubgraph(scope);
    const target = '/graphql?query={viewerId}';
    const response = await fetch(server.url + target, {
      headers: signedHeaders({ key: usersKey, subgraph: usersSubgraph, method: 'GET', target }),
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
  });
});
