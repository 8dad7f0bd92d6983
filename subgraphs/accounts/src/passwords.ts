import { CodedError } from '@tributary/runtime/errors/coded-error';
import { createBulkhead } from '@tributary/runtime/load/bulkhead';
import { hashPassword, verifyPassword } from './password.ts';

/** Makes and checks hashes of passwords, a few at a time. Both throw CodedError LOGIN_BUSY when too many wait. */
export interface Passwords {
  /** As `hashPassword`. */
  hash(password: string): Promise<string>;
  /** As `verifyPassword`, also in that an unknown account takes the same turn and the same time as any other. */
  verify(password: string, stored: string | undefined): Promise<boolean>;
}

export interface PasswordsOptions {
  /** How many are hashed at once. Default 2. */
  readonly atOnce?: number;
  /** How many more wait for their turn. Default 16: the last of them waits for about half a second. */
  readonly waiting?: number;
  /** Whether a password is the one that was hashed; by scrypt unless told. */
  readonly verify?: typeof verifyPassword;
}

const RETRY_AFTER_S = 1;

/**
 * A hash takes a thread of libuv's for its whole time, and the process has four for all its files, names and signatures. So half
 * of them stay free, however many try to log in.
 */
export function createPasswords({
  atOnce = 2,
  waiting = 16,
  verify = verifyPassword,
}: PasswordsOptions = {}): Passwords {
  const inTurn = createBulkhead({ atOnce, waiting, refusal: busy });
  return {
    hash: (password) => inTurn(() => hashPassword(password)),
    verify: (password, stored) => inTurn(() => verify(password, stored)),
  };
}

function busy(): CodedError {
  return new CodedError('LOGIN_BUSY', `Too many log in or register at the moment: try again in ${RETRY_AFTER_S} s`, {
    extensions: { retryAfter: RETRY_AFTER_S },
  });
}
