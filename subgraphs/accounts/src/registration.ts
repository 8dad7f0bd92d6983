import type { IdempotentOperation } from '@tributary/prisma/idempotency/idempotent';

/** What became of the id that an address was claimed for. */
export type RegistrationOutcome = 'registered' | 'released';

/** By whom an id is released. Nobody's idempotency key is this. */
export const SWEEPER = 'sweeper';

/**
 * The record on a user's shard that decides, once, whether the user is ever written: whoever wants to write them, and whoever
 * wants to give the address back, has to make it first. So it doesn't matter who is slow, or whose clock is wrong.
 * @param by the key of the registration, or `SWEEPER`
 */
export function registrationOf(userId: bigint, by: string): IdempotentOperation {
  return { ownerId: userId, operation: 'register', key: 'account', request: { by } };
}
