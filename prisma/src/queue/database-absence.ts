import { messageOf, propertyOf } from '../errors/thrown-value.ts';

const ABSENCE_CODES = new Set<unknown>(['DATABASE_UNAVAILABLE', 'SHARD_MOVING', 'DEPENDENCY_UNAVAILABLE']);
/** Prisma's own words for a pool that had no connection to spare in time: it gives up before the pool does. */
const NO_TRANSACTION = { code: 'P2028', message: 'Unable to start a transaction' };

/**
 * Whether a handler failed for no other reason than that a database is away: it cannot be reached, it is too busy, or the
 * logical shard is being moved; or, as the handler itself says, something else that it needs is away. Such a failure says nothing against the message, however often it happens.
 */
export function isDatabaseAway(error: unknown): boolean {
  const code = propertyOf(error, 'code');
  return ABSENCE_CODES.has(code) || (code === NO_TRANSACTION.code && messageOf(error).includes(NO_TRANSACTION.message));
}
