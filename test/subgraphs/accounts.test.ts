import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { startAccountsSubgraph } from '@tributary/subgraph-accounts/subgraph';
import { Client } from 'pg';
import { AccountsScene, accessTokens, claimsOf, password, REGISTER } from '../kit/accounts-scene.ts';

let scene: AccountsScene;
beforeAll(async () => {
  scene = await AccountsScene.start('accounts');
});
afterAll(() => scene?.stop());

const directoryEntry = (email: string) =>
  scene.databases.catalog().$primary().userDirectoryEntry.findUnique({ where: { email } });

async function shardsWithUser(id: bigint): Promise<string[]> {
  const counts = await Promise.all(
    scene.databases
      .allShards()
      .map(async ({ name, client }) => ((await client.$primary().user.count({ where: { id } })) > 0 ? [name] : [])),
  );
  return counts.flat();
}

describe('registering', () => {
  it('opens an account on the one shard that its id names, and a session that can be used at once', async () => {
    const { result, errors } = await scene.register('Grace@People.example');
    expect(errors).toEqual([]);
    expect(result).toMatchObject({
      __typename: 'SessionOpened',
      viewer: { displayName: 'Ada', role: 'CUSTOMER', bio: null },
    });
    const id = decodeId('user', result.viewer.id);
    expect(await shardsWithUser(id)).toEqual([scene.databases.databaseNameOf(id)]);
    expect(await directoryEntry('grace@people.example')).toMatchObject({ userId: id, state: 'CONFIRMED' });

    expect(claimsOf(result.accessToken)).toEqual({
      sub: result.viewer.id,
      role: 'CUSTOMER',
      scope: 'orders:read orders:write reviews:write profile:read profile:write notifications:read',
      sid: result.refreshToken.split('.')[0],
      iss: accessTokens.issuer,
      aud: accessTokens.audience,
      iat: expect.any(Number),
      exp: Date.parse(result.accessTokenExpiresAt) / 1_000,
    });
    expect(await scene.refresh(result.refreshToken)).toMatchObject({ __typename: 'SessionOpened' });
  });

  it('keeps neither the password nor the refresh token', async () => {
    const { id, refreshToken } = await scene.newAccount('secretive');
    const user = await scene.databases.shardOf(id).$primary().user.findUniqueOrThrow({ where: { id } });
    const sessions = await scene.databases
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
    await scene.register('taken@people.example');
    const { result } = await scene.register('TAKEN@people.example');
    expect(result).toEqual({ __typename: 'EmailTaken', code: 'EMAIL_TAKEN', message: expect.any(String) });
  });

  it('lets one of several who want the same address at once have it', async () => {
    const attempts = await Promise.all([1, 2, 3].map(() => scene.register('raced@people.example')));
    const outcomes = attempts.map(({ result }) => result.__typename).sort();
    expect(outcomes).toEqual(['EmailTaken', 'EmailTaken', 'SessionOpened']);
  });

  it('settles a claim that a crash left behind, but not one that may still be under way', async () => {
    const userId = await scene.databases.newId(77);
    const email = 'crashed@people.example';
    await scene.databases.catalog().userDirectoryEntry.create({ data: { email, userId, state: 'CLAIMED' } });
    expect((await scene.register(email)).result.__typename).toBe('EmailTaken');

    const claimedAt = new Date(Date.now() - 61_000);
    await scene.databases.catalog().userDirectoryEntry.update({ where: { email }, data: { claimedAt } });
    const { result } = await scene.register(email);
    expect(result.__typename).toBe('SessionOpened');
    expect(await directoryEntry(email)).toMatchObject({
      userId: decodeId('user', result.viewer.id),
      state: 'CONFIRMED',
    });
    expect(await shardsWithUser(userId)).toEqual([]);
  });

  it('lets a user log in whose claim was never confirmed, and makes nobody else of them', async () => {
    const { email, id } = await scene.newAccount('unconfirmed');
    await scene.databases.catalog().userDirectoryEntry.update({
      where: { email },
      data: { state: 'CLAIMED', claimedAt: new Date(0) },
    });
    expect(await scene.logIn({ email, password })).toMatchObject({ viewer: { id: encodeId('user', id) } });
    expect((await scene.register(email)).result.__typename).toBe('EmailTaken');
    expect(await directoryEntry(email)).toMatchObject({ userId: id, state: 'CONFIRMED' });
  });

  it('says that the shard is being moved, and keeps the address free for the next attempt', async () => {
    const moving = 5;
    const onMovingShard = await startAccountsSubgraph({
      ...scene.bed.options,
      accessTokens,
      databases: { ...scene.databases, randomLogicalShard: () => moving },
    });
    const mover = new Client(scene.databases.primaryUrlOf(scene.databases.shardMap().databaseOf(moving)));
    try {
      await mover.connect();
      await mover.query('SELECT pg_advisory_lock(7700, $1)', [moving]);
      const refused = await scene.register('mover@people.example', onMovingShard);
      expect(refused.errors.map(({ extensions }) => extensions.code)).toEqual(['SHARD_MOVING']);
      await mover.query('SELECT pg_advisory_unlock(7700, $1)', [moving]);
      const { result } = await scene.register('mover@people.example', onMovingShard);
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
    const { errors } = await scene.ask(REGISTER, { variables: { input } });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', field }]);
    expect(await directoryEntry('wrong@people.example')).toBeNull();
  });

  it('refuses what is no e-mail address', async () => {
    const { errors } = await scene.register('nobody');
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('logging in', () => {
  it('opens another session for the right password', async () => {
    const { email, viewer, id } = await scene.newAccount('returning');
    const result = await scene.logIn({ email: email.toUpperCase(), password });
    expect(result).toMatchObject({ __typename: 'SessionOpened', viewer: { id: viewer.userId } });
    expect(
      await scene.databases
        .shardOf(id)
        .$primary()
        .session.count({ where: { userId: id } }),
    ).toBe(2);
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const { email } = await scene.newAccount('guarded');
    const wrong = await scene.logIn({ email, password: `${password}!` });
    expect(wrong).toEqual({
      __typename: 'InvalidCredentials',
      code: 'INVALID_CREDENTIALS',
      message: expect.any(String),
    });
    expect(await scene.logIn({ email: 'nobody@people.example', password })).toEqual(wrong);
  });
});
