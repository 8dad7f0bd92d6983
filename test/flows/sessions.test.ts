import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTable } from '../kit/read-table.ts';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const SESSION = `__typename
  ... on SessionOpened {
    accessToken refreshToken accessTokenExpiresAt refreshTokenExpiresAt
    viewer { id displayName role bio }
  }
  ... on Refusal { code message }`;
const REGISTER = `mutation Register($input: RegisterInput!) { register(input: $input) { ${SESSION} } }`;
const LOG_IN = `mutation LogIn($input: LogInInput!) { logIn(input: $input) { ${SESSION} } }`;
const REFRESH = `mutation Refresh($token: String!) { refreshSession(refreshToken: $token) { ${SESSION} } }`;
const LOG_OUT = 'mutation { logOut { ended } }';
const password = 'correct horse battery staple';

let graph: TestGraph;

beforeAll(async () => {
  graph = await startTestGraph({ name: 'sessions' });
}, 120_000);
afterAll(() => graph?.stop());

describe('registering', () => {
  it('opens an account and a session for it', async () => {
    const email = newEmail();
    const session = await register(email);
    expect(session).toMatchObject({
      __typename: 'SessionOpened',
      viewer: { displayName: 'New', role: 'CUSTOMER', bio: null },
    });
    await graph.test.waitForReplicas();
    const { data } = await graph.ask({ query: '{ me { id email } }', token: session.accessToken });
    expect(data.me).toEqual({ id: session.viewer.id, email });
    expect((await logIn(email)).viewer.id).toBe(session.viewer.id);
  });

  it('is refused for an address that has an account, in whatever case it is written', async () => {
    const email = newEmail();
    await register(email);
    const second = await register(email.toUpperCase());
    expect(second).toMatchObject({ __typename: 'EmailTaken', code: 'EMAIL_TAKEN' });
  });

  it('opens exactly one account when ten want the same address at once', async () => {
    const email = newEmail();
    const answers = await Promise.all(Array.from({ length: 10 }, () => register(email)));
    expect(answers.filter(({ __typename }) => __typename === 'SessionOpened')).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'EMAIL_TAKEN')).toHaveLength(9);
    const shards = Object.values(graph.config.shards);
    const users = (await Promise.all(shards.map(({ primary }) => readTable(primary, 'users')))).flat();
    expect(users.filter((user) => user.email === email)).toHaveLength(1);
  });

  it.each([
    ['a password of 7 characters', { password: '1234567' }],
    ['an empty name', { displayName: '' }],
    ['a name of 81 characters', { displayName: 'x'.repeat(81) }],
    ['an address without a domain', { email: 'nobody' }],
  ])('with %s is refused as bad input', async (_what, input) => {
    const variables = { input: { email: newEmail(), password, displayName: 'New', ...input } };
    const { errors } = await graph.ask({ query: REGISTER, variables });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('logging in', () => {
  it.each([
    ['a wrong password', { email: 'demo@tributary.example', password: 'wrong' }],
    ['an unknown address', { email: 'nobody@tributary.example', password }],
  ])('with %s gets the same refusal', async (_what, input) => {
    const { data, errors } = await graph.ask({ query: LOG_IN, variables: { input } });
    expect(errors).toEqual([]);
    expect(data.logIn).toEqual({
      __typename: 'InvalidCredentials',
      code: 'INVALID_CREDENTIALS',
      message: 'There is no account with this e-mail address and password',
    });
  });
});

describe('a refresh token', () => {
  it('is traded for new tokens, which are traded in turn', async () => {
    const opened = await register(newEmail());
    const second = await refresh(opened.refreshToken);
    expect(second).toMatchObject({ __typename: 'SessionOpened', viewer: { id: opened.viewer.id } });
    expect(second.refreshToken).not.toBe(opened.refreshToken);
    expect((await refresh(second.refreshToken)).__typename).toBe('SessionOpened');
  });

  it('that is spent ends the session, also for who holds the newest one', async () => {
    const opened = await register(newEmail());
    const second = await refresh(opened.refreshToken);
    expect(await refresh(opened.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' });
    expect(await refresh(second.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' });
  });

  it('is traded at most once when it is sent five times at once', async () => {
    const { refreshToken } = await register(newEmail());
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(refreshToken)));
    expect(answers.filter(({ __typename }) => __typename === 'SessionOpened').length).toBeLessThanOrEqual(1);
  });

  it.each(['', 'x', `ses_0000000000000.${'A'.repeat(43)}`, `usr_0000000000000.${'A'.repeat(43)}`])(
    'that is made up (%j) is refused',
    async (token) => {
      expect(await refresh(token)).toMatchObject({ __typename: 'SessionEnded', code: 'SESSION_ENDED' });
    },
  );
});

describe('logging out', () => {
  it('ends the session once, and no other one of the same user', async () => {
    const email = newEmail();
    const [here, elsewhere] = [await register(email), await logIn(email)];
    expect(await logOut(here.accessToken)).toEqual({ ended: true });
    expect(await logOut(here.accessToken)).toEqual({ ended: false });
    expect(await refresh(here.refreshToken)).toMatchObject({ code: 'SESSION_ENDED' });
    expect(await refresh(elsewhere.refreshToken)).toMatchObject({ __typename: 'SessionOpened' });
  });
});

describe('a profile', () => {
  const UPDATE = `mutation Update($input: UpdateProfileInput!) {
    updateProfile(input: $input) { user { id displayName bio avatarUrl orders(first: 1) { nodes { id } } } }
  }`;

  it('is read back changed in the same request, and fields that were left out stay', async () => {
    const { accessToken: token, viewer } = await register(newEmail());
    const first = await update(token, { bio: 'Collects spoons', avatarUrl: 'https://example.com/a.png' });
    const changed = {
      id: viewer.id,
      displayName: 'New',
      bio: 'Collects spoons',
      avatarUrl: 'https://example.com/a.png',
    };
    expect(first).toEqual({ ...changed, orders: { nodes: [] } });
    expect(await update(token, { displayName: 'Newer', bio: null })).toMatchObject({
      ...changed,
      displayName: 'Newer',
      bio: null,
    });
  });

  async function update(token: string, input: Record<string, string | null>) {
    const { data, errors } = await graph.ask({ query: UPDATE, variables: { input }, token });
    expect(errors).toEqual([]);
    return data.updateProfile.user;
  }
});

const newEmail = () => `${randomUUID()}@mail.example`;

async function register(email: string) {
  const variables = { input: { email, password, displayName: 'New' } };
  return (await graph.ask({ query: REGISTER, variables })).data.register;
}

async function logIn(email: string) {
  return (await graph.ask({ query: LOG_IN, variables: { input: { email, password } } })).data.logIn;
}

async function refresh(token: string) {
  return (await graph.ask({ query: REFRESH, variables: { token } })).data.refreshSession;
}

async function logOut(token: string) {
  return (await graph.ask({ query: LOG_OUT, token })).data.logOut;
}
