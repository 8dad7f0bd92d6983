import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AccountsScene, password } from '../kit/accounts-scene.ts';
import { eventually } from '../kit/eventually.ts';

const LOG_IN = `mutation ($input: LogInInput!) {
  logIn(input: $input) { __typename }
}`;
const AT_ONCE = 2;
const WAITING = 4;
const FLOOD = 30;

let scene: AccountsScene;
let hashing = 0;
let mostHashing = 0;
let gate = Promise.resolve();
beforeAll(async () => {
  scene = await AccountsScene.start('log_in_flood', {
    passwords: {
      atOnce: AT_ONCE,
      waiting: WAITING,
      async verify(given) {
        hashing += 1;
        mostHashing = Math.max(mostHashing, hashing);
        await gate;
        hashing -= 1;
        return given === password;
      },
    },
  });
});
afterAll(() => scene?.stop());

async function attempt(email: string, given: string): Promise<string> {
  const variables = { input: { email, password: given } };
  const { data, errors } = await scene.ask(LOG_IN, { variables, clientAddress: '198.51.100.7' });
  return errors[0]?.extensions.code ?? data.logIn.__typename;
}

it('a flood of log-ins is hashed a few at a time, the rest is refused at once and not counted, and others are answered', async () => {
  const { email, viewer } = await scene.newAccount('flooded');
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  const answers: string[] = [];
  const flood = Array.from({ length: FLOOD }, async (_, index) => {
    answers.push(await attempt(`nobody-${index}@people.example`, 'guess'));
  });

  await eventually(
    async () => answers.length,
    (refused) => refused === FLOOD - AT_ONCE - WAITING,
  );
  expect(new Set(answers)).toEqual(new Set(['LOGIN_BUSY']));
  expect(hashing).toBe(AT_ONCE);
  // The owner of an account is refused, too, but that is none of the failures that make them wait.
  for (let time = 0; time < 10; time += 1) expect(await attempt(email, 'guess')).toBe('LOGIN_BUSY');
  const { data } = await scene.ask('query ($id: ID!) { user(id: $id) { displayName } }', {
    variables: { id: viewer.userId },
  });
  expect(data).toEqual({ user: { displayName: 'Ada' } });
  expect(hashing).toBe(AT_ONCE);

  opened.resolve();
  await Promise.all(flood);
  expect(answers.filter((answer) => answer === 'InvalidCredentials')).toHaveLength(AT_ONCE + WAITING);
  expect(mostHashing).toBe(AT_ONCE);
  expect(await attempt(email, password)).toBe('SessionOpened');
});
