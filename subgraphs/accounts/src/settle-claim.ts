import { IdempotencyKeyReusedError } from '@tributary/prisma/idempotency/idempotency-errors';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { type RegistrationOutcome, registrationOf, SWEEPER } from './registration.ts';
import type { ClaimedAddress } from './user-directory-repository.ts';

export type SettleClaimDependencies = Pick<AccountsDependencies, 'databases' | 'directory' | 'users'>;

/**
 * Ends what a registration left behind that did not get to its end: its address is confirmed if the user was written, and free
 * again if not. A registration that is only slow finds that it is over, and claims anew. Any number may do it at once.
 * @throws IdempotencyKeyBusyError while the registration is writing
 * @throws ShardMovingError
 */
export async function settleClaim(
  dependencies: SettleClaimDependencies,
  claim: ClaimedAddress,
): Promise<RegistrationOutcome> {
  const { directory, users } = dependencies;
  if ((await users.findRole(claim.userId)) !== undefined || !(await preventRegistration(dependencies, claim.userId))) {
    await directory.confirm(claim);
    return 'registered';
  }
  await directory.release(claim);
  return 'released';
}

/** False when the user has been written just now. */
async function preventRegistration({ databases }: SettleClaimDependencies, userId: bigint): Promise<boolean> {
  try {
    await databases.withShardRetry(() =>
      databases
        .shardOf(userId)
        .$transaction((tx) => runIdempotent(tx, registrationOf(userId, SWEEPER), async () => 'released')),
    );
    return true;
  } catch (error) {
    if (error instanceof IdempotencyKeyReusedError) return false;
    throw error;
  }
}
