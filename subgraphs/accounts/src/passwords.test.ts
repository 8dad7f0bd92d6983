import { describe, expect, it } from '@jest/globals';
import { hashPassword } from './password.ts';
import { createPasswords } from './passwords.ts';

/** Passwords whose checks end when they are told to. */
function heldPasswords() {
  const held: (() => void)[] = [];
  const passwords = createPasswords({
    atOnce: 2,
    waiting: 3,
    verify: () => new Promise((resolve) => held.push(() => resolve(false))),
  });
  return { passwords, held };
}

describe('passwords', () => {
  it('are hashed and checked by scrypt', async () => {
    const passwords = createPasswords();
    expect(await passwords.verify('correct horse', await passwords.hash('correct horse'))).toBe(true);
    expect(await passwords.verify('incorrect horse', await hashPassword('correct horse'))).toBe(false);
  });

  it('are checked a few at a time, whether there is such an account or not, and refused beyond those that can wait', async () => {
    const { passwords, held } = heldPasswords();
    const checks = Array.from({ length: 10 }, (_, index) => passwords.verify('guess', index % 2 ? 'hash' : undefined));
    const outcomes = Promise.allSettled(checks);
    await Promise.allSettled(checks.slice(5));
    expect(held).toHaveLength(2);

    for (let ended = 0; ended < 5; ended += 1) {
      held[ended]?.();
      await checks[ended];
    }

    const busy = { status: 'rejected', reason: { code: 'LOGIN_BUSY', httpStatus: 503, extensions: { retryAfter: 1 } } };
    expect(await outcomes).toMatchObject([
      ...Array.from({ length: 5 }, () => ({ status: 'fulfilled', value: false })),
      ...Array.from({ length: 5 }, () => busy),
    ]);
    expect(held).toHaveLength(5);
  });

  it('of new accounts wait for the same turn', async () => {
    const { passwords, held } = heldPasswords();
    const checks = Array.from({ length: 5 }, () => passwords.verify('guess', undefined));
    await expect(passwords.hash('correct horse')).rejects.toMatchObject({ code: 'LOGIN_BUSY' });
    for (let ended = 0; ended < 5; ended += 1) {
      held[ended]?.();
      await checks[ended];
    }
  });
});
