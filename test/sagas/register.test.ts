import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountsDependencies } from '@tributary/subgraph-accounts/accounts-dependencies';
import { startClaimSweeper } from '@tributary/subgraph-accounts/claim-sweeper';
import { type RegistrationRequest, register } from '@tributary/subgraph-accounts/register';
import { settleClaim } from '@tributary/subgraph-accounts/settle-claim';
import { readTable } from '../kit/read-table.ts';
import { startTestBed, type TestBed } from '../kit/test-bed.ts';
import { Crash, dyingAt, registrationDependencies } from './registrations.ts';

let bed: TestBed;
let dependencies: AccountsDependencies;
let email: string;
let request: RegistrationRequest;
let account: { email: string; password: string; displayName: string };
let people = 0;

beforeAll(async () => {
  bed = await startTestBed('register_saga');
  dependencies = await registrationDependencies(bed);
}, 120_000);
afterAll(() => bed?.stop());
beforeEach(() => newPerson());

function newPerson(): void {
  people += 1;
  email = `person-${people}@people.example`;
  account = { email, password: 'correct horse', displayName: 'Ada' };
  request = { idempotencyKey: randomUUID(), clientAddress: undefined };
}

/** What there is of the person: the state of the entry that finds them, and the users with their address on all shards. */
async function traces() {
  const entry = await bed.databases.catalog().$primary().userDirectoryEntry.findUnique({ where: { email } });
  const shards = bed.databases.allShards().map(({ client }) => client.$primary().user.findMany({ where: { email } }));
  const ids = (await Promise.all(shards)).flat().map(({ id }) => id);
  return { state: entry?.state, found: entry?.userId, ids };
}

async function expectOneAccount(userId: bigint): Promise<void> {
  expect(await traces()).toEqual({ state: 'CONFIRMED', found: userId, ids: [userId] });
}

/** As if all claims had been made long ago. */
async function letClaimsGrowOld(): Promise<void> {
  await bed.databases.catalog().userDirectoryEntry.updateMany({
    where: { state: 'CLAIMED' },
    data: { claimedAt: new Date(Date.now() - 61_000) },
  });
}

/** Several processes sweep at once, each once. */
async function sweep(): Promise<void> {
  const errors: unknown[] = [];
  const options = { ...dependencies, intervalMs: 60_000, onSettled: () => undefined };
  const sweepers = [1, 2, 3].map(() => startClaimSweeper({ ...options, onError: (error) => errors.push(error) }));
  await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
  expect(errors).toEqual([]);
}

/** Registers with a crash at each step in turn, until there is no such step any more. */
async function atEveryStep(afterCrash: (step: number) => Promise<void>): Promise<number> {
  for (let step = 1; ; step++) {
    newPerson();
    const isDone = await register(dyingAt(step, dependencies), account, request).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Crash)) throw error;
        return false;
      },
    );
    await afterCrash(step);
    if (isDone) return step;
  }
}

async function registerAgain(by: RegistrationRequest = request): Promise<bigint> {
  const again = await register(dependencies, account, by);
  if (again.__typename !== 'SessionOpened') throw new Error(`it was refused: ${again.message}`);
  return again.userId;
}

describe('a registration that dies at any step', () => {
  it('is brought to its end by its repetition, whatever it left', async () => {
    const steps = await atEveryStep(async () => expectOneAccount(await registerAgain()));
    expect(steps).toBeGreaterThan(10);
  });

  it('is completed or taken back by sweepers that compete, and its repetition finds which', async () => {
    const states = new Set<string | undefined>();
    await atEveryStep(async () => {
      await letClaimsGrowOld();
      await sweep();
      const { state, found, ids } = await traces();
      states.add(state);
      // Either nothing is left, or an account that can be logged in to.
      expect(ids).toEqual(state === undefined ? [] : [found]);
      expect([undefined, 'CONFIRMED']).toContain(state);
      await expectOneAccount(await registerAgain());
    });
    expect(states).toEqual(new Set([undefined, 'CONFIRMED']));
  });

  it('leaves the address to somebody else once it is swept, unless the account is there', async () => {
    await atEveryStep(async () => {
      await letClaimsGrowOld();
      await sweep();
      const before = await traces();
      const other = { ...request, idempotencyKey: randomUUID() };
      const outcome = await register(dependencies, account, other);
      expect(outcome.__typename).toBe(before.ids.length === 0 ? 'SessionOpened' : 'EmailTaken');
      const { found } = await traces();
      await expectOneAccount(found ?? 0n);
    });
  });
});

describe('a registration that is only slow', () => {
  it('claims anew when it was taken back, and no user is left that nobody finds', async () => {
    let settled = 0;
    const slow: AccountsDependencies = {
      ...dependencies,
      databases: {
        ...bed.databases,
        // Between the claim and the user: everybody else thinks that it is dead.
        newId: async (logicalShard) => {
          const { found: userId } = await traces();
          if (userId !== undefined && settled++ === 0) {
            expect(await settleClaim(dependencies, { email, userId })).toBe('released');
          }
          return bed.databases.newId(logicalShard);
        },
      },
    };
    const opened = await register(slow, account, request);
    expect(opened.__typename).toBe('SessionOpened');
    expect(settled).toBeGreaterThan(0);
    const { found } = await traces();
    await expectOneAccount(found ?? 0n);
  });
});

describe('the key of a registration', () => {
  it('gets many at once the same account', async () => {
    const userIds = await Promise.all(Array.from({ length: 8 }, () => registerAgain()));
    expect(new Set(userIds).size).toBe(1);
    await expectOneAccount(userIds[0] ?? 0n);
  });

  it.each([
    ['another password', { password: 'another horse' }],
    ['another name', { displayName: 'Grace' }],
    ['another address', { email: 'somebody-else@people.example' }],
  ])('is refused with %s', async (_what, difference) => {
    const userId = await registerAgain();
    const repeated = register(dependencies, { ...account, ...difference }, request);
    await expect(repeated).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    await expectOneAccount(userId);
  });

  it('is forgotten when the address is taken, so that it works once that is free', async () => {
    const other = { ...request, idempotencyKey: randomUUID() };
    const userId = await registerAgain(other);
    expect((await register(dependencies, account, request)).__typename).toBe('EmailTaken');
    await expectOneAccount(userId);
    await bed.databases.catalog().userDirectoryEntry.delete({ where: { email } });
    await bed.databases.shardOf(userId).user.delete({ where: { id: userId } });
    await expectOneAccount(await registerAgain());
  });

  it('keeps no password, however it is hashed', async () => {
    await registerAgain();
    const urls = [bed.config.catalog, ...Object.values(bed.config.shards)].map(({ primary }) => primary);
    const keys = (await Promise.all(urls.map((url) => readTable(url, 'idempotency_keys')))).flat();
    expect(keys.length).toBeGreaterThan(1);
    for (const { response } of keys) expect([null, 'registered', 'released']).toContain(response);
  });
});
