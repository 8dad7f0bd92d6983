import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId } from '@tributary/prisma/ids/id';
import { encodeId, type IdType } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { AccountsScene, admin } from '../kit/accounts-scene.ts';

let scene: AccountsScene;
beforeAll(async () => {
  scene = await AccountsScene.start('accounts_reading');
});
afterAll(() => scene?.stop());

describe('a profile', () => {
  const UPDATE = `mutation ($input: UpdateProfileInput!) {
    updateProfile(input: $input) { user { id displayName bio avatarUrl } }
  }`;

  it('changes in the fields that are given, and in no other', async () => {
    const { viewer } = await scene.newAccount('changing');
    const update = async (input: object) =>
      (await scene.ask(UPDATE, { viewer, variables: { input } })).data.updateProfile.user;
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
    await scene.bed.test.waitForReplicas();
    expect((await scene.ask('{ me { displayName bio } }', { viewer })).data.me).toEqual({
      displayName: 'Ada L.',
      bio: null,
    });
  });

  it.each([
    ['no name', { displayName: null }, 'displayName'],
    ['a long bio', { bio: 'x'.repeat(501) }, 'bio'],
    ['a picture without TLS', { avatarUrl: 'http://pictures.example/ada.png' }, 'avatarUrl'],
    ['a script for a picture', { avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
  ])('refuses %s', async (_what, input, field) => {
    const { errors } = await scene.ask(UPDATE, { viewer: admin, variables: { input } });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', field }]);
  });

  it('is changed by its owner alone', async () => {
    const anonymous = await scene.ask(UPDATE, { variables: { input: {} } });
    expect(anonymous.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    const gone = await scene.ask(UPDATE, { viewer: admin, variables: { input: { displayName: 'Ghost' } } });
    expect(gone.errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND']);
  });

  it('is that of the viewer for `me`, and null for an anonymous caller', async () => {
    const { viewer, email } = await scene.newAccount('myself');
    expect((await scene.ask('{ me { id email } }', { viewer })).data.me).toEqual({ id: viewer.userId, email });
    expect(await scene.ask('{ me { id } }')).toMatchObject({ data: { me: null }, errors: [] });
  });
});

describe('an e-mail address', () => {
  it('is shown to its owner and to administrators, wherever the user is reached from', async () => {
    const { viewer, email } = await scene.newAccount('private');
    const { viewer: other } = await scene.newAccount('curious');
    const query = `query ($id: ID!, $representations: [_Any!]!) {
      user(id: $id) { displayName email }
      node(id: $id) { ... on User { email } }
      _entities(representations: $representations) { ... on User { email } }
    }`;
    const variables = { id: viewer.userId, representations: [{ __typename: 'User', id: viewer.userId }] };
    const shown = { user: { displayName: 'Ada', email }, node: { email }, _entities: [{ email }] };
    const hidden = { user: { displayName: 'Ada', email: null }, node: { email: null }, _entities: [{ email: null }] };

    for (const insider of [viewer, admin]) {
      expect(await scene.ask(query, { variables, viewer: insider })).toMatchObject({ data: shown, errors: [] });
    }
    for (const [outsider, code] of [
      [other, 'FORBIDDEN'],
      [null, 'UNAUTHENTICATED'],
    ] as const) {
      const { data, errors } = await scene.ask(query, { variables, viewer: outsider });
      expect(data).toEqual(hidden);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([code, code, code]);
    }
  });
});

describe('users', () => {
  it('are found by one statement a shard, however many entities are asked for', async () => {
    const accounts = await Promise.all(Array.from({ length: 8 }, (_, index) => scene.newAccount(`entity${index}`)));
    const ids = accounts.map(({ viewer }) => viewer.userId);
    const unknown = encodeId('user', composeId({ timeMs: Date.UTC(2026, 1, 1), logicalShard: 900, sequence: 0 }));
    const representations = [...ids, unknown, ...ids].map((id) => ({ __typename: 'User', id }));
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id displayName joinedAt } } }';
    const { data, statements, loaderBatches } = await scene.ask(query, { variables: { r: representations } });

    const found = data._entities.map((user: { id: string } | null) => user?.id ?? null);
    expect(found).toEqual([...ids, null, ...ids]);
    const shards = new Set([...accounts.map(({ id }) => scene.databases.databaseNameOf(id)), 'shard_1']);
    expect(statements.map(({ database }) => database).sort()).toEqual([...shards].sort());
    expect(loaderBatches.map(({ loader, group }) => [loader, group]).sort()).toEqual(
      [...shards].sort().map((shard) => ['userById', shard]),
    );
    expect(loaderBatches.reduce((sum, { keys }) => sum + keys, 0)).toBe(ids.length + 1);
  });

  it('come in pages over all shards, newest first, with one statement a shard a page', async () => {
    await Promise.all([0, 1, 2, 3, 4].map((index) => scene.newAccount(`paged${index}`)));
    const query = `query ($first: Int, $after: String) {
      users(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } }
    }`;
    const seen: string[] = [];
    let after: string | null = null;
    for (let hasNextPage = true; hasNextPage; ) {
      const { data, statements } = await scene.ask(query, { viewer: admin, variables: { first: 7, after } });
      expect(statements.map(({ database }) => database).sort()).toEqual(
        scene.databases
          .allShards()
          .map(({ name }) => name)
          .sort(),
      );
      expect(data.users.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...data.users.nodes.map(({ id }: { id: string }) => id));
      ({ hasNextPage, endCursor: after } = data.users.pageInfo);
    }
    const perShard = await Promise.all(
      scene.databases.allShards().map(({ client }) => client.$primary().user.findMany({ select: { id: true } })),
    );
    const all = perShard.flat().map(({ id }) => encodeId('user', id));
    expect(seen).toEqual(all.sort().reverse());
  });

  it('are listed once while they are copied to another shard', async () => {
    const { id, viewer } = await scene.newAccount('moving');
    const target = scene.databases.allShards().find(({ name }) => name !== scene.databases.databaseNameOf(id));
    await target?.client.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('tributary.moving_shards', 'on', true)`;
      await tx.user.create({ data: { id, email: 'copy', displayName: 'The copy', passwordHash: '' } });
    });
    await scene.bed.test.waitForReplicas();
    const { data } = await scene.ask('{ users(first: 3) { nodes { id displayName } } }', { viewer: admin });
    const found = data.users.nodes.filter((user: { id: string }) => user.id === viewer.userId);
    expect(found).toEqual([{ id: viewer.userId, displayName: 'Ada' }]);
    await target?.client.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('tributary.moving_shards', 'on', true)`;
      await tx.user.delete({ where: { id } });
    });
  });

  it('are listed for administrators alone, in pages of a size that can be had', async () => {
    const { viewer } = await scene.newAccount('nosy');
    const codesOf = async (query: string, as: Viewer | null) =>
      (await scene.ask(query, { viewer: as })).errors.map(({ extensions }) => extensions.code);
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
    const { data, statements } = await scene.ask(query, { variables: { id } });
    expect(data.node).toEqual({ __typename: typename, id });
    expect(statements).toEqual([]);
  });

  it('is a user when there is one with that id, and null otherwise', async () => {
    const { viewer } = await scene.newAccount('noded');
    const { data } = await scene.ask(query, { variables: { id: viewer.userId } });
    expect(data.node).toEqual({ __typename: 'User', id: viewer.userId });
    expect((await scene.ask(query, { variables: { id: idOf('user', 900) } })).data.node).toBeNull();
  });

  it.each([
    ['no id', 'hello'],
    ['the id of a session', idOf('session', 900)],
  ])('is refused for %s', async (_what, id) => {
    const { errors } = await scene.ask(query, { variables: { id } });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['INVALID_ID']);
  });

  it('is not a user for an id of another type', async () => {
    const { errors } = await scene.ask('query ($id: ID!) { user(id: $id) { id } }', {
      variables: { id: idOf('product', CATALOG_LOGICAL_SHARD) },
    });
    expect(errors).toMatchObject([{ message: 'expected a user id (usr_…), got a product id (prd_…)' }]);
  });
});
