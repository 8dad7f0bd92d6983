import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { AccountsScene } from '../kit/accounts-scene.ts';
import { openTestCache } from './two-catalogs.ts';

const USER = 'query User($id: ID!) { user(id: $id) { id displayName bio } }';
const ME = '{ me { id displayName email } }';
const UPDATE = 'mutation Update($input: UpdateProfileInput!) { updateProfile(input: $input) { user { id bio } } }';

const scope = new Scope();
let redis: TestRedis;
let scene: AccountsScene;

beforeAll(async () => {
  redis = scope.own(await startTestRedis());
  scene = scope.own(await AccountsScene.start('cached_profiles', { cache: scope.own(await openTestCache(redis)) }));
}, 60_000);
afterAll(() => scope.release());

/** All that Redis keeps, as text. */
async function keptInRedis(): Promise<string> {
  const keys = await redis.run('KEYS', '*');
  if (!Array.isArray(keys)) throw new Error('KEYS answers a list');
  const values = await Promise.all(keys.map((key: string) => redis.run('GET', key).catch(() => '')));
  return [...keys, ...values].map(String).join('\n');
}

it('a profile is read once, and as its owner changed it from then on', async () => {
  const { viewer } = await scene.newAccount('cached');
  const variables = { id: viewer.userId };
  const read = () => scene.ask(USER, { variables });
  expect((await read()).statements).toHaveLength(1);
  expect((await read()).statements).toEqual([]);
  await scene.ask(UPDATE, { variables: { input: { bio: 'Sells lamps.' } }, viewer });
  expect((await read()).data.user.bio).toBe('Sells lamps.');
});

it('an e-mail address is shown to its owner and never kept', async () => {
  const { viewer, email } = await scene.newAccount('secretive');
  for (const _ of [1, 2]) {
    const { data, errors } = await scene.ask(ME, { viewer });
    expect(errors).toEqual([]);
    expect(data.me).toEqual({ id: viewer.userId, displayName: 'Ada', email });
  }
  const kept = await keptInRedis();
  expect(kept).toContain('Ada');
  expect(kept).not.toContain(email);
  expect(kept).not.toContain('people.example');
});
