import { describe, expect, it } from '@jest/globals';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { logIn } from './log-in.ts';

/** Accounts of one user, that record the work of a log-in; what a failed log-in does not need is not there. */
function recordingAccounts(): { dependencies: AccountsDependencies; work: unknown[] } {
  const work: unknown[] = [];
  const dependencies = {
    databases: {
      randomLogicalShard: () => 7,
      catalog: () => ({ $executeRaw: async () => void work.push('note the failure') }),
    },
    directory: {
      async findUserId(email: string) {
        work.push('look up the address');
        return email === 'known@people.example' ? 1n : undefined;
      },
    },
    users: {
      async findCredentials(id: bigint) {
        work.push('look up the user');
        return id === 1n ? { id, role: 'CUSTOMER', passwordHash: 'hash' } : null;
      },
    },
    throttle: { begin: async () => ({ marks: { account: 'account:1', client: null, pauseMs: 0 } }) },
    passwords: {
      async verify() {
        work.push('hash a password');
        return false;
      },
    },
  };
  return { dependencies: dependencies as unknown as AccountsDependencies, work };
}

describe('a log-in that fails', () => {
  it('does the same work and gets the same answer whether there is such an account or not', async () => {
    const outcomes = ['known@people.example', 'unknown@people.example'].map(async (email) => {
      const { dependencies, work } = recordingAccounts();
      return { answer: await logIn(dependencies, { email, password: 'guess', clientAddress: undefined }), work };
    });
    const [known, unknown] = await Promise.all(outcomes);

    expect(known?.work).toEqual(['look up the address', 'look up the user', 'hash a password', 'note the failure']);
    expect(unknown).toEqual(known);
  });
});
