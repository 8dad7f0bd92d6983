import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import type { DirectoryClaim } from './user-directory-repository.ts';

/** A registration, known by its key. */
export interface RegistrationCall {
  key: string;
  email: string;
  displayName: string;
}

/** The id to write the user under, or the entry that has the address. */
export type AddressClaim = { kind: 'claimed'; userId: bigint } | { kind: 'taken'; userId: bigint; isOverdue: boolean };

/** Owns the keys of registrations: whoever registers is nobody yet. */
const NOBODY = 0n;

/** What the key of a registration is known by in the catalog. */
export function registrationKey(key: string) {
  return { ownerId: NOBODY, operation: 'register', key };
}

/**
 * Claims the address of a registration in the directory, with the key in one transaction. A repetition finds its own claim there;
 * if somebody else has got the address meanwhile, the record on the shard says so.
 * @throws IdempotencyKeyReusedError when the key was used for another address or name
 * @throws IdempotencyKeyBusyError
 */
export async function claimAddress(
  { databases, directory }: Pick<AccountsDependencies, 'databases' | 'directory'>,
  { key, email, displayName }: RegistrationCall,
): Promise<AddressClaim> {
  const proposedId = await databases.newId(databases.randomLogicalShard());
  const call = { ...registrationKey(key), request: { email, displayName } };
  try {
    return await databases.catalog().$transaction(async (tx) => {
      let isRepetition = true;
      await runIdempotent(tx, call, async () => {
        isRepetition = false;
        return null;
      });
      const claim = await directory.claim(tx, email, proposedId);
      if (!claim.isNew && !isRepetition) throw new AddressTaken(claim);
      return { kind: 'claimed', userId: claim.userId };
    });
  } catch (error) {
    if (error instanceof AddressTaken) return { kind: 'taken', ...error.entry };
    throw error;
  }
}

/** Rolls the transaction back, and the key with it: the address may be free when it comes again. */
class AddressTaken extends Error {
  override readonly name = 'AddressTaken';
  readonly entry: Extract<DirectoryClaim, { isNew: false }>;

  constructor(entry: Extract<DirectoryClaim, { isNew: false }>) {
    super('the address is taken');
    this.entry = entry;
  }
}
