import { createIdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
import { createAccessTokenSigner } from '@tributary/subgraph-accounts/access-token';
import type { AccountsDependencies } from '@tributary/subgraph-accounts/accounts-dependencies';
import { LogInAttemptRepository } from '@tributary/subgraph-accounts/log-in-attempt-repository';
import { createLogInThrottle } from '@tributary/subgraph-accounts/log-in-throttle';
import { SessionRepository } from '@tributary/subgraph-accounts/session-repository';
import { UserDirectoryRepository } from '@tributary/subgraph-accounts/user-directory-repository';
import { UserRepository } from '@tributary/subgraph-accounts/user-repository';
import { accessTokens } from '../kit/accounts-scene.ts';
import type { TestBed } from '../kit/test-bed.ts';
import { createTestLogger } from '../kit/test-logger.ts';

/** What registrations run on: as in the subgraph, but for a hash of passwords that takes no time. */
export async function registrationDependencies({ databases }: TestBed): Promise<AccountsDependencies> {
  return {
    databases,
    directory: new UserDirectoryRepository(databases),
    users: new UserRepository(databases),
    sessions: new SessionRepository(databases),
    accessTokens: await createAccessTokenSigner(accessTokens),
    throttle: createLogInThrottle(databases, new LogInAttemptRepository(databases)),
    writes: { run: (transaction) => transaction({ invalidate: async () => undefined, keep: () => undefined }) },
    passwords: {
      hash: async (password) => `reversed ${[...password].reverse().join('')}`,
      verify: async (password, stored) => stored === `reversed ${[...password].reverse().join('')}`,
    },
    idempotentCalls: createIdempotentCalls(),
    logger: createTestLogger({ service: 'registrations', level: 'fatal' }),
  };
}

/** The process is gone. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/**
 * The dependencies of a process that dies at the `step`th call to a repository or for a transaction: that call and all after it
 * come to nothing, and so does the transaction under way.
 */
export function dyingAt(step: number, dependencies: AccountsDependencies): AccountsDependencies {
  let calls = 0;
  const dieInTime = () => {
    calls += 1;
    if (calls >= step) throw new Crash(`dead at step ${step}`);
  };
  const mortal = <T extends object>(repository: T): T =>
    new Proxy(repository, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          dieInTime();
          return await Reflect.apply(member, target, args);
        };
      },
    });
  const { databases, directory, users, sessions } = dependencies;
  return {
    ...dependencies,
    directory: mortal(directory),
    users: mortal(users),
    sessions: mortal(sessions),
    databases: {
      ...databases,
      newId: mortal(databases).newId,
      catalog: () => dyingTransactions(databases.catalog(), dieInTime),
      shardOf: (id) => dyingTransactions(databases.shardOf(id), dieInTime),
    },
  };
}

/** A process dies before its transaction begins, before it is committed, or after that. */
function dyingTransactions<Client extends object>(client: Client, dieInTime: () => void): Client {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name !== '$transaction' || typeof member !== 'function') return member;
      return async (run: (tx: unknown) => Promise<unknown>) => {
        dieInTime();
        const result = await member.call(target, async (tx: unknown) => {
          const answer = await run(tx);
          dieInTime();
          return answer;
        });
        dieInTime();
        return result;
      };
    },
  });
}
