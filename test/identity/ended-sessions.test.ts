import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signedHeaders } from '@tributary/runtime/testing/signed-headers';
import { eventually } from '../kit/eventually.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

/** What the README promises. */
const STATED_MS = 5_000;

const ME = '{ me { id } }';
const TOKENS = '__typename ... on SessionOpened { accessToken refreshToken }';
const REGISTER = `mutation ($input: RegisterInput!) { register(input: $input) { ${TOKENS} } }`;
const LOG_IN = `mutation ($input: LogInInput!) { logIn(input: $input) { ${TOKENS} } }`;
const REFRESH = `mutation ($token: String!) { refreshSession(refreshToken: $token) { ${TOKENS} } }`;
const password = 'correct horse battery staple';

interface Session {
  accessToken: string;
  refreshToken: string;
}

let graph: TestGraph;
let gateways: string[];
beforeAll(async () => {
  graph = await startTestGraph({ name: 'ended_sessions' });
  const { issuer, audience, publicKeyFile } = graph.tokens;
  const revocations = {
    url: `${graph.accountsUrl}/revocations`,
    subgraph: 'accounts',
    whenUnknown: 'closed',
    unknownAfterMs: 10_000,
  } as const;
  const tokens = { issuer, audience, keys: { publicKeyFiles: [publicKeyFile] }, revocations };
  gateways = [(await graph.startGateway({ tokens })).url, (await graph.startGateway({ tokens })).url];
}, 120_000);
afterAll(() => graph?.stop());

async function register(): Promise<Session & { email: string }> {
  const email = `${randomUUID()}@mail.example`;
  const { data } = await graph.ask({ query: REGISTER, variables: { input: { email, password, displayName: 'New' } } });
  return { ...data.register, email };
}

async function logIn(email: string): Promise<Session> {
  return (await graph.ask({ query: LOG_IN, variables: { input: { email, password } } })).data.logIn;
}

async function refresh(token: string): Promise<Session & { __typename: string }> {
  return (await graph.ask({ query: REFRESH, variables: { token } })).data.refreshSession;
}

/** What each gateway answers to a token. */
async function answersTo(token: string): Promise<string[]> {
  const answers = await Promise.all(gateways.map((url) => graph.ask({ url, query: ME, token })));
  return answers.map(({ status, errors }) => errors[0]?.extensions.code ?? String(status));
}

const isRefusedByAll = (answers: string[]) => answers.every((answer) => answer === 'TOKEN_INVALID');

describe('within the stated time, on every gateway', () => {
  it('the access token of a session that was logged out is refused, and that of another goes on', async () => {
    const here = await register();
    const elsewhere = await logIn(here.email);
    expect(await answersTo(here.accessToken)).toEqual(['200', '200']);

    const { data } = await graph.ask({ query: 'mutation { logOut { ended } }', token: here.accessToken });

    expect(data.logOut).toEqual({ ended: true });
    await eventually(() => answersTo(here.accessToken), isRefusedByAll, { limitMs: STATED_MS });
    expect(await answersTo(elsewhere.accessToken)).toEqual(['200', '200']);
  });

  it('all of a user are refused after logging out everywhere', async () => {
    const here = await register();
    const elsewhere = await logIn(here.email);
    const stranger = await register();

    const { data } = await graph.ask({
      query: 'mutation { logOutEverywhere { endedSessions } }',
      token: here.accessToken,
    });

    expect(data.logOutEverywhere).toEqual({ endedSessions: 2 });
    for (const { accessToken } of [here, elsewhere]) {
      await eventually(() => answersTo(accessToken), isRefusedByAll, { limitMs: STATED_MS });
    }
    expect((await refresh(elsewhere.refreshToken)).__typename).toBe('SessionEnded');
    expect(await answersTo(stranger.accessToken)).toEqual(['200', '200']);
  });

  it('both parties are refused when a refresh token is used twice', async () => {
    const opened = await register();
    const owners = await refresh(opened.refreshToken);
    expect((await refresh(opened.refreshToken)).__typename).toBe('SessionEnded');

    for (const { accessToken } of [opened, owners]) {
      await eventually(() => answersTo(accessToken), isRefusedByAll, { limitMs: STATED_MS });
    }
  });
});

describe('a gateway that starts later', () => {
  it('knows from its first request which sessions have ended', async () => {
    const { accessToken } = await register();
    await graph.ask({ query: 'mutation { logOut { ended } }', token: accessToken });
    const { issuer, audience, publicKeyFile } = graph.tokens;
    const revocations = {
      url: `${graph.accountsUrl}/revocations`,
      subgraph: 'accounts',
      whenUnknown: 'open',
      unknownAfterMs: 10_000,
    } as const;
    await eventually(() => answersTo(accessToken), isRefusedByAll, { limitMs: STATED_MS });

    const { url } = await graph.startGateway({
      tokens: { issuer, audience, keys: { publicKeyFiles: [publicKeyFile] }, revocations },
    });

    expect((await graph.ask({ url, query: ME, token: accessToken })).errors[0]?.extensions.code).toBe('TOKEN_INVALID');
  });
});

describe('accounts', () => {
  it.each([{}, signedHeaders({ key: 'k'.repeat(32), subgraph: 'accounts', method: 'GET', target: '/revocations' })])(
    'tells nobody but the gateway which sessions have ended',
    async (headers) => {
      const response = await fetch(`${graph.accountsUrl}/revocations`, { headers });

      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain('ses_');
    },
  );

  it('publishes the key of its access tokens to everybody, and nothing that signs', async () => {
    const response = await fetch(`${graph.accountsUrl}/.well-known/jwks.json`);

    expect(await response.json()).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String), alg: 'EdDSA', use: 'sig' }],
    });
  });

  it('publishes it for gateways that follow it', async () => {
    const { issuer, audience } = graph.tokens;
    const jwksUrl = `${graph.accountsUrl}/.well-known/jwks.json`;
    const { url } = await graph.startGateway({ tokens: { issuer, audience, keys: { jwksUrl } } });

    expect((await graph.ask({ url, query: ME, token: (await register()).accessToken })).status).toBe(200);
  });
});
