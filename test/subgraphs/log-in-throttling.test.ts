import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { AccountsScene, password } from '../kit/accounts-scene.ts';

const LOG_IN = `mutation ($input: LogInInput!) {
  logIn(input: $input) { __typename }
}`;
const home = '198.51.100.7';
const FREE_FOR_ACCOUNT_AND_ADDRESS = 5;
const FREE_FOR_ACCOUNT = 20;
const FREE_FOR_ADDRESS = 100;

let scene: AccountsScene;
let catalog: Client;
let hashes = 0;
/** What has to happen before the right password is found to be so. */
let beforeSuccess = async () => {};
beforeAll(async () => {
  scene = await AccountsScene.start('log_in_throttling', {
    passwords: {
      verify: async (given) => {
        hashes += 1;
        if (given === password) await beforeSuccess();
        return given === password;
      },
    },
  });
  catalog = new Client({ connectionString: scene.bed.config.catalog.primary });
  await catalog.connect();
});
afterAll(async () => {
  await catalog?.end();
  await scene?.stop();
});

/** What a log-in is answered: a type of the schema, or the error's code with the seconds to wait. */
async function attempt(email: string, options: { from?: string; with?: string } = {}) {
  const variables = { input: { email, password: options.with ?? 'wrong' } };
  const from = options.from === undefined ? {} : { clientAddress: options.from };
  const { data, errors } = await scene.ask(LOG_IN, { variables, ...from });
  const [error] = errors;
  return error ? `${error.extensions.code} ${error.extensions.retryAfter}` : data.logIn.__typename;
}

async function fail(times: number, ...rest: Parameters<typeof attempt>) {
  for (let time = 0; time < times; time += 1) expect(await attempt(...rest)).toBe('InvalidCredentials');
}

/** A refused attempt costs one statement that reads, and no hash. */
async function expectRefusedUnseen(email: string) {
  const hashesBefore = hashes;
  const variables = { input: { email, password } };
  const { errors, statements } = await scene.ask(LOG_IN, { variables, clientAddress: home });
  expect(errors).toMatchObject([{ extensions: { code: 'LOGIN_THROTTLED', retryAfter: 1 } }]);
  expect(statements.map(({ text }) => text)).toEqual([expect.stringMatching(/^SELECT .* FROM log_in_attempts/)]);
  expect(hashes).toBe(hashesBefore);
}

/** As if so many seconds went by. */
async function pass(seconds: number) {
  await catalog.query(`
    UPDATE log_in_attempts SET
      blocked_until = blocked_until - interval '${seconds} seconds',
      failures_until = failures_until - interval '${seconds} seconds',
      failures_until_before = ARRAY(
        SELECT until - interval '${seconds} seconds'
        FROM unnest(failures_until_before) WITH ORDINALITY AS before (until, place) ORDER BY place),
      forget_at = forget_at - interval '${seconds} seconds'`);
}

describe('log-ins that fail', () => {
  it('have to wait longer and longer, also with the right password, and nothing is hashed meanwhile', async () => {
    const { email } = await scene.newAccount('guessed');
    await fail(FREE_FOR_ACCOUNT_AND_ADDRESS + 1, email, { from: home });
    await expectRefusedUnseen(email);
    await pass(2);
    await fail(1, email, { from: home });
    expect(await attempt(email, { from: home, with: password })).toBe('LOGIN_THROTTLED 2');
    await pass(3);
    expect(await attempt(email, { from: home, with: password })).toBe('SessionOpened');
  });

  it('and are free block nobody, by whatever clock', async () => {
    await catalog.query('DELETE FROM log_in_attempts');
    const { email } = await scene.newAccount('hasty');
    await fail(FREE_FOR_ACCOUNT_AND_ADDRESS, email, { from: home });
    expect(await attempt(email, { from: home, with: password })).toBe('SessionOpened');
    const { rows } = await catalog.query("SELECT bucket FROM log_in_attempts WHERE blocked_until > 'epoch'");
    expect(rows).toEqual([]);
  });

  it('begin anew after a success, and after an hour', async () => {
    const { email } = await scene.newAccount('forgetful');
    await fail(FREE_FOR_ACCOUNT_AND_ADDRESS, email, { from: home });
    expect(await attempt(email, { from: home, with: password })).toBe('SessionOpened');
    await fail(FREE_FOR_ACCOUNT_AND_ADDRESS, email, { from: home });
    await pass(3_601);
    await fail(FREE_FOR_ACCOUNT_AND_ADDRESS, email, { from: home });
  });

  it('to an account that does not exist are counted as those to any other', async () => {
    const email = 'nobody@people.example';
    await fail(FREE_FOR_ACCOUNT_AND_ADDRESS + 1, email, { from: '192.0.2.44' });
    expect(await attempt(email, { from: '192.0.2.44' })).toBe('LOGIN_THROTTLED 1');
  });

  it('never keep the owner out who logged in from there before, from however many addresses others guess', async () => {
    const { email } = await scene.newAccount('victim');
    expect(await attempt(email, { from: home, with: password })).toBe('SessionOpened');
    for (let guess = 0; guess <= FREE_FOR_ACCOUNT; guess += 1) await fail(1, email, { from: `203.0.113.${guess}` });

    expect(await attempt(email, { from: '192.0.2.1', with: password })).toBe('LOGIN_THROTTLED 1');
    expect(await attempt(email, { from: home, with: password })).toBe('SessionOpened');
  });

  it('to many accounts from one network have to wait, whatever address of it they use', async () => {
    const attempts = Array.from({ length: FREE_FOR_ADDRESS + 1 }, (_, index) => index);
    for (const index of attempts) {
      await fail(1, `user-${index}@people.example`, { from: `2001:db8:1:2::${index.toString(16)}` });
    }
    expect(await attempt('one-more@people.example', { from: '2001:db8:1:2:ffff::1' })).toBe('LOGIN_THROTTLED 1');
    expect(await attempt('one-more@people.example', { from: '2001:db8:1:3::1' })).toBe('InvalidCredentials');
  });

  it('from one address are not renewed by those that succeed there, which keep nobody waiting', async () => {
    const { email } = await scene.newAccount('neighbour');
    const from = '192.0.2.77';
    const failed = Array.from({ length: FREE_FOR_ADDRESS + 1 }, (_, index) => index);
    for (const index of failed) await fail(1, `neighbour-${index}@people.example`, { from });
    await pass(1_800);
    expect(await attempt(email, { from, with: password })).toBe('SessionOpened');
    expect(await attempt(email, { from, with: password })).toBe('SessionOpened');
    await pass(1_801);
    await fail(2, 'neighbour-0@people.example', { from });
  });

  it('from one address are not renewed by log-ins that succeed at once, whichever ends first', async () => {
    const { email } = await scene.newAccount('twice');
    const from = '192.0.2.79';
    const failed = Array.from({ length: FREE_FOR_ADDRESS - 1 }, (_, index) => index);
    for (const index of failed) await fail(1, `twice-${index}@people.example`, { from });
    await pass(1_800);
    const firstBegan = Promise.withResolvers<void>();
    const secondBegan = Promise.withResolvers<void>();
    const firstEnded = Promise.withResolvers<void>();
    beforeSuccess = () => {
      firstBegan.resolve();
      beforeSuccess = () => {
        secondBegan.resolve();
        return firstEnded.promise;
      };
      return secondBegan.promise;
    };
    const first = attempt(email, { from, with: password });
    await firstBegan.promise;
    const second = attempt(email, { from, with: password });
    expect(await first).toBe('SessionOpened');
    firstEnded.resolve();
    expect(await second).toBe('SessionOpened');
    beforeSuccess = async () => {};
    await pass(1_801);
    await fail(3, 'twice-0@people.example', { from });
  });

  it('keep others waiting, also when one that began before them succeeds', async () => {
    const { email } = await scene.newAccount('slow');
    const from = '192.0.2.78';
    const failed = Array.from({ length: FREE_FOR_ADDRESS - 1 }, (_, index) => index);
    for (const index of failed) await fail(1, `slow-${index}@people.example`, { from });
    beforeSuccess = () => fail(1, 'meanwhile@people.example', { from });
    expect(await attempt(email, { from, with: password })).toBe('SessionOpened');
    beforeSuccess = async () => {};
    expect(await attempt('one-more@people.example', { from })).toBe('LOGIN_THROTTLED 1');
  });

  it('do not pass in a crowd: of thirty at once, those that are free and one more', async () => {
    const { email } = await scene.newAccount('crowded');
    const answers = await Promise.all(Array.from({ length: 30 }, () => attempt(email, { from: '192.0.2.99' })));
    expect(answers.filter((answer) => answer === 'InvalidCredentials')).toHaveLength(FREE_FOR_ACCOUNT_AND_ADDRESS + 1);
  });

  it('are counted by account where the address is not known', async () => {
    const { email } = await scene.newAccount('unseen');
    await fail(FREE_FOR_ACCOUNT + 1, email);
    expect(await attempt(email, { with: password })).toBe('LOGIN_THROTTLED 1');
  });

  it('are forgotten by and by', async () => {
    await pass(31 * 86_400);
    const { rows: before } = await catalog.query('SELECT FROM log_in_attempts');
    await attempt('late@people.example', { from: '192.0.2.200' });
    const { rows: after } = await catalog.query('SELECT FROM log_in_attempts');
    expect(after.length).toBeLessThan(before.length);
  });
});
