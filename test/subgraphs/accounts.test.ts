import { generateKeyPairSync, hash, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD, composeId, logicalShardOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId, type IdType } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startAccountsSubgraph } from '@tributary/subgraph-accounts/subgraph';
import { Client } from 'pg';
import { callSubgraph, type SubgraphRequest } from '../kit/subgraph-client.ts';
import { startTestBed, type TestBed } from '../kit/test-bed.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const accessTokens = {
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  issuer: 'tributary-test',
  audience: 'tributary-test',
};
const password = 'correct horse battery';

let bed: TestBed;
let databases: Databases;
let subgraph: { url: string; stop(): Promise<void> };

beforeAll(async () => {
  bed = await startTestBed('accounts');
  databases = bed.databases;
  subgraph = await startAccountsSubgraph({ ...bed.options, accessTokens });
});

afterAll(async () => {
  await subgraph?.stop();
  await bed?.stop();
});

const ask = (query: string, request: Omit<SubgraphRequest, 'query'> = {}) =>
  callSubgraph(subgraph.url, { query, ...request });

const REGISTER = `mutation ($input: RegisterInput!) {
  register(input: $input) {
    __typename
    ... on SessionOpened {
      viewer { id email displayName role bio }
      accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt
    }
    ... on Refusal { code message }
  }
}`;
const LOG_IN = `mutation ($input: LogInInput!) {
  logIn(input: $input) {
    __typename
    ... on SessionOpened { viewer { id email } refreshToken }
    ... on Refusal { code message }
  }
}`;
const REFRESH = `mutation ($token: String!) {
  refreshSession(refreshToken: $token) {
    __typename
    ... on SessionOpened { viewer { id } accessToken refreshToken }
    ... on Refusal { code }
  }
}`;

async function register(email: string, { url = subgraph.url } = {}) {
  const variables = { input: { email, password, displayName: 'Ada' } };
  const { data, errors } = await callSubgraph(url, { query: REGISTER, variables });
  return { result: data?.register, errors };
}

async function logIn(input: { email: string; password: string }) {
  const { data, errors } = await ask(LOG_IN, { variables: { input } });
  expect(errors).toEqual([]);
  return data.logIn;
}

async function refresh(token: string) {
  const { data, errors } = await ask(REFRESH, { variables: { token } });
  expect(errors).toEqual([]);
  return data.refreshSession;
}

/** A fresh account, and its owner as the gateway would tell of them. */
async function newAccount(name: string) {
  const email = `${name}@people.example`;
  const { result } = await register(email);
  await bed.test.waitForReplicas();
  const sessionId: string = result.refreshToken.split('.')[0];
  const viewer: Viewer = { userId: result.viewer.id, role: 'CUSTOMER', sessionId };
  return { email, viewer, id: decodeId('user', viewer.userId), refreshToken: result.refreshToken as string };
}

const admin: Viewer = {
  userId: encodeId('user', composeId({ timeMs: Date.UTC(2026, 0, 1), logicalShard: 1, sequence: 1 })),
  role: 'ADMIN',
  sessionId: encodeId('session', composeId({ timeMs: Date.UTC(2026, 0, 1), logicalShard: 1, sequence: 1 })),
};

/** The claims of a JWT whose signature is right. */
function claimsOf(token: string) {
  const [header = '', payload = '', signature = ''] = token.split('.');
  expect(verify(null, Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

const directoryEntry = (email: string) =>
  databases.catalog().$primary().userDirectoryEntry.findUnique({ where: { email } });

async function shardsWithUser(id: bigint): Promise<string[]> {
  const counts = await Promise.all(
    databases
      .allShards()
      .map(async ({ name, client }) => ((await client.$primary().user.count({ where: { id } })) > 0 ? [name] : [])),
  );
  return counts.flat();
}

describe('registering', () => {
  it('opens an account on the one shard that its id names, and a session that can be used at once', async () => {
    const { result, errors } = await register('Grace@People.example');
    expect(errors).toEqual([]);
    expect(result).toMatchObject({
      __typename: 'SessionOpened',
      viewer: { email: 'grace@people.example', displayName: 'Ada', role: 'CUSTOMER', bio: null },
    });
    const id = decodeId('user', result.viewer.id);
    expect(await shardsWithUser(id)).toEqual([databases.databaseNameOf(id)]);
    expect(await directoryEntry('grace@people.example')).toMatchObject({ userId: id, state: 'CONFIRMED' });

    expect(claimsOf(result.accessToken)).toEqual({
      sub: result.viewer.id,
      role: 'CUSTOMER',
      sid: result.refreshToken.split('.')[0],
      iss: accessTokens.issuer,
      aud: accessTokens.audience,
      iat: expect.any(Number),
      exp: Date.parse(result.accessTokenExpiresAt) / 1_000,
    });
    expect(await refresh(result.refreshToken)).toMatchObject({ __typename: 'SessionOpened' });
  });

  it('keeps neither the password nor the refresh token', async () => {
    const { id, refreshToken } = await newAccount('secretive');
    const user = await databases.shardOf(id).$primary().user.findUniqueOrThrow({ where: { id } });
    const sessions = await databases
      .shardOf(id)
      .$primary()
      .session.findMany({ where: { userId: id } });
    expect(user.passwordHash).toMatch(/^scrypt\$/);
    expect(sessions).toHaveLength(1);
    const [, family = '', secret = ''] = refreshToken.split('.');
    expect(Buffer.from(sessions[0]?.familyHash ?? []).toString('hex')).toBe(hash('sha256', family));
    expect(Buffer.from(sessions[0]?.refreshHash ?? []).toString('hex')).toBe(hash('sha256', secret));
  });

  it('refuses an address that is taken, in whatever case it is written', async () => {
    await register('taken@people.example');
    const { result } = await register('TAKEN@people.example');
    expect(result).toEqual({ __typename: 'EmailTaken', code: 'EMAIL_TAKEN', message: expect.any(String) });
  });

  it('lets one of several who want the same address at once have it', async () => {
    const attempts = await Promise.all([1, 2, 3].map(() => register('raced@people.example')));
    const outcomes = attempts.map(({ result }) => result.__typename).sort();
    expect(outcomes).toEqual(['EmailTaken', 'EmailTaken', 'SessionOpened']);
  });

  it('takes over a claim that a crash left behind, with the id it names, but not one that may still be under way', async () => {
    const userId = await databases.newId(77);
    const email = 'crashed@people.example';
    await databases.catalog().userDirectoryEntry.create({ data: { email, userId, state: 'CLAIMED' } });
    expect((await register(email)).result.__typename).toBe('EmailTaken');

    const claimedAt = new Date(Date.now() - 61_000);
    await databases.catalog().userDirectoryEntry.update({ where: { email }, data: { claimedAt } });
    expect((await register(email)).result.viewer.id).toBe(encodeId('user', userId));
  });

  it('lets a user log in whose claim was never confirmed, and makes nobody else of them', async () => {
    const { email, id } = await newAccount('unconfirmed');
    await databases.catalog().userDirectoryEntry.update({
      where: { email },
      data: { state: 'CLAIMED', claimedAt: new Date(0) },
    });
    expect(await logIn({ email, password })).toMatchObject({ viewer: { id: encodeId('user', id) } });
    expect((await register(email)).result.__typename).toBe('EmailTaken');
    expect(await directoryEntry(email)).toMatchObject({ userId: id, state: 'CONFIRMED' });
  });

  it('says that the shard is being moved, and keeps the address free for the next attempt', async () => {
    const moving = 5;
    const onMovingShard = await startAccountsSubgraph({
      ...bed.options,
      accessTokens,
      databases: { ...databases, randomLogicalShard: () => moving },
    });
    const mover = new Client(databases.primaryUrlOf(databases.shardMap().databaseOf(moving)));
    try {
      await mover.connect();
      await mover.query('SELECT pg_advisory_lock(7700, $1)', [moving]);
      const refused = await register('mover@people.example', onMovingShard);
      expect(refused.errors.map(({ extensions }) => extensions.code)).toEqual(['SHARD_MOVING']);
      await mover.query('SELECT pg_advisory_unlock(7700, $1)', [moving]);
      const { result } = await register('mover@people.example', onMovingShard);
      expect(logicalShardOf(decodeId('user', result.viewer.id))).toBe(moving);
    } finally {
      await mover.end();
      await onMovingShard.stop();
    }
  });

  it.each([
    ['a short password', { password: '1234567' }, 'password'],
    ['a long password', { password: 'x'.repeat(201) }, 'password'],
    ['a blank name', { displayName: '   ' }, 'displayName'],
    ['a long name', { displayName: 'x'.repeat(81) }, 'displayName'],
    ['a name with a line break', { displayName: 'A\nda' }, 'displayName'],
    ['a long address', { email: `${'x'.repeat(250)}@x.example` }, 'email'],
  ])('refuses %s and names the field', async (_what, wrong, field) => {
    const input = { email: 'wrong@people.example', password, displayName: 'Ada', ...wrong };
    const { errors } = await ask(REGISTER, { variables: { input } });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', field }]);
    expect(await directoryEntry('wrong@people.example')).toBeNull();
  });

  it('refuses what is no e-mail address', async () => {
    const { errors } = await register('nobody');
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('logging in', () => {
  it('opens another session for the right password', async () => {
    const { email, viewer, id } = await newAccount('returning');
    const result = await logIn({ email: email.toUpperCase(), password });
    expect(result).toMatchObject({ __typename: 'SessionOpened', viewer: { id: viewer.userId, email } });
    expect(
      await databases
        .shardOf(id)
        .$primary()
        .session.count({ where: { userId: id } }),
    ).toBe(2);
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const { email } = await newAccount('guarded');
    const wrong = await logIn({ email, password: `${password}!` });
    expect(wrong).toEqual({
      __typename: 'InvalidCredentials',
      code: 'INVALID_CREDENTIALS',
      message: expect.any(String),
    });
    expect(await logIn({ email: 'nobody@people.example', password })).toEqual(wrong);
  });
});

describe('a session', () => {
  it('is refreshed with a new token each time', async () => {
    const { refreshToken, viewer } = await newAccount('refreshing');
    const first = await refresh(refreshToken);
    const second = await refresh(first.refreshToken);
    expect(second).toMatchObject({ __typename: 'SessionOpened', viewer: { id: viewer.userId } });
    expect(new Set([refreshToken, first.refreshToken, second.refreshToken]).size).toBe(3);
  });

  it('ends when a spent token comes again', async () => {
    const { refreshToken } = await newAccount('robbed');
    const { refreshToken: current } = await refresh(refreshToken);
    expect(await refresh(refreshToken)).toEqual({ __typename: 'SessionEnded', code: 'SESSION_ENDED' });
    expect(await refresh(current)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('ends when a token comes again that was spent long ago', async () => {
    const { refreshToken } = await newAccount('robbed-unnoticed');
    let { refreshToken: current } = await refresh(refreshToken);
    for (let trade = 0; trade < 3; trade += 1) ({ refreshToken: current } = await refresh(current));
    expect(await refresh(refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
    expect(await refresh(current)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('gives one token for one, also to two who come at once', async () => {
    const { refreshToken } = await newAccount('hasty');
    const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    const opened = answers.filter(({ __typename }) => __typename === 'SessionOpened');
    expect(opened).toHaveLength(1);
    expect(await refresh(opened[0].refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('survives a token that somebody made up for it', async () => {
    const { refreshToken, viewer } = await newAccount('targeted');
    const { refreshToken: current } = await refresh(refreshToken);
    const forged = `${viewer.sessionId}.${'A'.repeat(43)}.${'A'.repeat(43)}`;
    expect(await refresh(forged)).toMatchObject({ __typename: 'SessionEnded' });
    expect(await refresh(current)).toMatchObject({ __typename: 'SessionOpened' });
  });

  it('ends when it expires', async () => {
    const { refreshToken, viewer, id } = await newAccount('absent');
    const sessionId = decodeId('session', viewer.sessionId);
    await databases.shardOf(id).session.update({ where: { id: sessionId }, data: { expiresAt: new Date(0) } });
    expect(await refresh(refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
  });

  it('carries the role that the user has when it is refreshed', async () => {
    const { refreshToken, id } = await newAccount('promoted');
    await databases.shardOf(id).user.update({ where: { id }, data: { role: 'MERCHANT' } });
    const { accessToken } = await refresh(refreshToken);
    expect(claimsOf(accessToken).role).toBe('MERCHANT');
  });

  it('is ended by logging out, once', async () => {
    const { refreshToken, viewer } = await newAccount('leaving');
    const logOut = () => ask('mutation { logOut { ended } }', { viewer });
    expect((await logOut()).data).toEqual({ logOut: { ended: true } });
    expect((await logOut()).data).toEqual({ logOut: { ended: false } });
    expect(await refresh(refreshToken)).toMatchObject({ __typename: 'SessionEnded' });
    const anonymous = await ask('mutation { logOut { ended } }');
    expect(anonymous.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  it.each(['', 'nonsense', 'ses_x.y'])('is not refreshed with %j', async (token) => {
    expect(await refresh(token)).toEqual({ __typename: 'SessionEnded', code: 'SESSION_ENDED' });
  });
});

describe('a profile', () => {
  const UPDATE = `mutation ($input: UpdateProfileInput!) {
    updateProfile(input: $input) { user { id displayName bio avatarUrl } }
  }`;

  it('changes in the fields that are given, and in no other', async () => {
    const { viewer } = await newAccount('changing');
    const update = async (input: object) =>
      (await ask(UPDATE, { viewer, variables: { input } })).data.updateProfile.user;
    const avatarUrl = 'https://pictures.example/ada.png';
    await update({ bio: ' Mathematician.\nPoet. ', avatarUrl });
    expect(await update({ displayName: 'Ada L.' })).toEqual({
      id: viewer.userId,
      displayName: 'Ada L.',
      bio: 'Mathematician.\nPoet.',
      avatarUrl,
    });
    expect(await update({ bio: null, avatarUrl: null })).toMatchObject({
      displayName: 'Ada L.',
      bio: null,
      avatarUrl: null,
    });
    await bed.test.waitForReplicas();
    expect((await ask('{ me { displayName bio } }', { viewer })).data.me).toEqual({ displayName: 'Ada L.', bio: null });
  });

  it.each([
    ['no name', { displayName: null }, 'displayName'],
    ['a long bio', { bio: 'x'.repeat(501) }, 'bio'],
    ['a picture without TLS', { avatarUrl: 'http://pictures.example/ada.png' }, 'avatarUrl'],
    ['a script for a picture', { avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
  ])('refuses %s', async (_what, input, field) => {
    const { errors } = await ask(UPDATE, { viewer: admin, variables: { input } });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', field }]);
  });

  it('is changed by its owner alone', async () => {
    const anonymous = await ask(UPDATE, { variables: { input: {} } });
    expect(anonymous.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    const gone = await ask(UPDATE, { viewer: admin, variables: { input: { displayName: 'Ghost' } } });
    expect(gone.errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND']);
  });

  it('is that of the viewer for `me`, and null for an anonymous caller', async () => {
    const { viewer, email } = await newAccount('myself');
    expect((await ask('{ me { id email } }', { viewer })).data.me).toEqual({ id: viewer.userId, email });
    expect(await ask('{ me { id } }')).toMatchObject({ data: { me: null }, errors: [] });
  });
});

describe('an e-mail address', () => {
  it('is shown to its owner and to administrators, wherever the user is reached from', async () => {
    const { viewer, email } = await newAccount('private');
    const { viewer: other } = await newAccount('curious');
    const query = `query ($id: ID!, $representations: [_Any!]!) {
      user(id: $id) { displayName email }
      node(id: $id) { ... on User { email } }
      _entities(representations: $representations) { ... on User { email } }
    }`;
    const variables = { id: viewer.userId, representations: [{ __typename: 'User', id: viewer.userId }] };
    const shown = { user: { displayName: 'Ada', email }, node: { email }, _entities: [{ email }] };
    const hidden = { user: { displayName: 'Ada', email: null }, node: { email: null }, _entities: [{ email: null }] };

    for (const insider of [viewer, admin]) {
      expect(await ask(query, { variables, viewer: insider })).toMatchObject({ data: shown, errors: [] });
    }
    for (const [outsider, code] of [
      [other, 'FORBIDDEN'],
      [null, 'UNAUTHENTICATED'],
    ] as const) {
      const { data, errors } = await ask(query, { variables, viewer: outsider });
      expect(data).toEqual(hidden);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([code, code, code]);
    }
  });
});

describe('users', () => {
  it('are found by one statement a shard, however many entities are asked for', async () => {
    const accounts = await Promise.all(Array.from({ length: 8 }, (_, index) => newAccount(`entity${index}`)));
    const ids = accounts.map(({ viewer }) => viewer.userId);
    const unknown = encodeId('user', composeId({ timeMs: Date.UTC(2026, 1, 1), logicalShard: 900, sequence: 0 }));
    const representations = [...ids, unknown, ...ids].map((id) => ({ __typename: 'User', id }));
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id displayName joinedAt } } }';
    const { data, statements, loaderBatches } = await ask(query, { variables: { r: representations } });

    const found = data._entities.map((user: { id: string } | null) => user?.id ?? null);
    expect(found).toEqual([...ids, null, ...ids]);
    const shards = new Set([...accounts.map(({ id }) => databases.databaseNameOf(id)), 'shard_1']);
    expect(statements.map(({ database }) => database).sort()).toEqual([...shards].sort());
    expect(loaderBatches.map(({ loader, group }) => [loader, group]).sort()).toEqual(
      [...shards].sort().map((shard) => ['userById', shard]),
    );
    expect(loaderBatches.reduce((sum, { keys }) => sum + keys, 0)).toBe(ids.length + 1);
  });

  it('come in pages over all shards, newest first, with one statement a shard a page', async () => {
    await Promise.all([0, 1, 2, 3, 4].map((index) => newAccount(`paged${index}`)));
    const query = `query ($first: Int, $after: String) {
      users(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } }
    }`;
    const seen: string[] = [];
    let after: string | null = null;
    for (let hasNextPage = true; hasNextPage; ) {
      const { data, statements } = await ask(query, { viewer: admin, variables: { first: 7, after } });
      expect(statements.map(({ database }) => database).sort()).toEqual(
        databases
          .allShards()
          .map(({ name }) => name)
          .sort(),
      );
      expect(data.users.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...data.users.nodes.map(({ id }: { id: string }) => id));
      ({ hasNextPage, endCursor: after } = data.users.pageInfo);
    }
    const perShard = await Promise.all(
      databases.allShards().map(({ client }) => client.$primary().user.findMany({ select: { id: true } })),
    );
    const all = perShard.flat().map(({ id }) => encodeId('user', id));
    expect(seen).toEqual(all.sort().reverse());
  });

  it('are listed once while they are copied to another shard', async () => {
    const { id, viewer } = await newAccount('moving');
    const target = databases.allShards().find(({ name }) => name !== databases.databaseNameOf(id));
    await target?.client.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('tributary.moving_shards', 'on', true)`;
      await tx.user.create({ data: { id, email: 'copy', displayName: 'The copy', passwordHash: '' } });
    });
    await bed.test.waitForReplicas();
    const { data } = await ask('{ users(first: 3) { nodes { id displayName } } }', { viewer: admin });
    const found = data.users.nodes.filter((user: { id: string }) => user.id === viewer.userId);
    expect(found).toEqual([{ id: viewer.userId, displayName: 'Ada' }]);
    await target?.client.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('tributary.moving_shards', 'on', true)`;
      await tx.user.delete({ where: { id } });
    });
  });

  it('are listed for administrators alone, in pages of a size that can be had', async () => {
    const { viewer } = await newAccount('nosy');
    const codesOf = async (query: string, as: Viewer | null) =>
      (await ask(query, { viewer: as })).errors.map(({ extensions }) => extensions.code);
    expect(await codesOf('{ users { nodes { id } } }', null)).toEqual(['UNAUTHENTICATED']);
    expect(await codesOf('{ users { nodes { id } } }', viewer)).toEqual(['FORBIDDEN']);
    expect(await codesOf('{ users(first: 1000) { nodes { id } } }', admin)).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
    expect(await codesOf('{ users(after: "x") { nodes { id } } }', admin)).toEqual(['INVALID_CURSOR']);
  });
});

describe('a node', () => {
  const idOf = (type: IdType, logicalShard: number) =>
    encodeId(type, composeId({ timeMs: Date.UTC(2026, 1, 1), logicalShard, sequence: 0 }));
  const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';

  it.each([
    ['Category', idOf('category', CATALOG_LOGICAL_SHARD)],
    ['Product', idOf('product', CATALOG_LOGICAL_SHARD)],
    ['Order', idOf('order', 900)],
    ['Review', idOf('review', 900)],
    ['Notification', idOf('notification', 900)],
  ])('is a %s by its id alone (%s), which its owner looks up', async (typename, id) => {
    const { data, statements } = await ask(query, { variables: { id } });
    expect(data.node).toEqual({ __typename: typename, id });
    expect(statements).toEqual([]);
  });

  it('is a user when there is one with that id, and null otherwise', async () => {
    const { viewer } = await newAccount('noded');
    const { data } = await ask(query, { variables: { id: viewer.userId } });
    expect(data.node).toEqual({ __typename: 'User', id: viewer.userId });
    expect((await ask(query, { variables: { id: idOf('user', 900) } })).data.node).toBeNull();
  });

  it.each([
    ['no id', 'hello'],
    ['the id of a session', idOf('session', 900)],
  ])('is refused for %s', async (_what, id) => {
    const { errors } = await ask(query, { variables: { id } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['INVALID_ID']);
  });

  it('is not a user for an id of another type', async () => {
    const { errors } = await ask('query ($id: ID!) { user(id: $id) { id } }', {
      variables: { id: idOf('product', CATALOG_LOGICAL_SHARD) },
    });
    expect(errors).toMatchObject([{ message: 'expected a user id (usr_…), got a product id (prd_…)' }]);
  });
});
