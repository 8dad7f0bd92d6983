import { randomUUID } from 'node:crypto';
import { IdempotencyKeyBusyError, IdempotencyKeyReusedError } from '@tributary/prisma/idempotency/idempotency-errors';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { parseInput } from '@tributary/runtime/input/parse-input';
import { z } from 'zod';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { userTag } from './cached-profile.ts';
import { claimAddress, registrationKey } from './claim-address.ts';
import { displayName } from './display-name.ts';
import { publishLoggedIn } from './events.ts';
import { logIn } from './log-in.ts';
import { issueTokens, type OpenedSession } from './opened-session.ts';
import type { Refusal } from './refusal.ts';
import { registrationOf } from './registration.ts';
import { settleClaim } from './settle-claim.ts';
import type { ClaimedAddress } from './user-directory-repository.ts';
import type { NewUser } from './user-repository.ts';

const PASSWORD_LENGTH = 'must have 8 to 200 characters';

const registerInput = z.object({
  email: z.string().max(254, 'must have at most 254 characters').toLowerCase(),
  password: z.string().min(8, PASSWORD_LENGTH).max(200, PASSWORD_LENGTH),
  displayName,
});

/** What is known of a registration besides its input. */
export interface RegistrationRequest {
  /** Absent: a repetition finds the address taken. */
  idempotencyKey: string | undefined;
  clientAddress: string | undefined;
}

interface Registration {
  key: string;
  account: Omit<NewUser, 'id'>;
}

type Written = { kind: 'opened'; opened: OpenedSession } | { kind: 'repeated' | 'taken' | 'released' };

/** An address is claimed anew when its claim was released meanwhile; each time takes somebody who had given up on us. */
const MAX_CLAIMS = 3;

/**
 * Opens an account on a random logical shard, and a session for it.
 *
 * The address is claimed in the directory, then the user is written with the session, then the claim is confirmed: whatever
 * happens in between, an address never has two users, and a user that was written can log in. What a crash leaves is settled by
 * the next who wants the address, by a repetition, or by the sweeper.
 *
 * A repetition with the key logs in to the account that the first call opened: tokens are not kept, so that it gets its own.
 * @throws CodedError BAD_USER_INPUT, LOGIN_BUSY, LOGIN_THROTTLED
 * @throws IdempotencyKeyReusedError, IdempotencyKeyBusyError, ShardMovingError
 */
export async function register(
  dependencies: AccountsDependencies,
  input: unknown,
  { idempotencyKey, clientAddress }: RegistrationRequest,
): Promise<OpenedSession | Refusal<'EmailTaken'>> {
  const { passwords, idempotentCalls } = dependencies;
  const { password, ...profile } = parseInput(registerInput, input);
  const account = { ...profile, passwordHash: await passwords.hash(password) };
  const key = idempotencyKey ?? randomUUID();

  const written = await idempotentCalls.run(registrationKey(key), () => openAccount(dependencies, { key, account }));
  if (written.kind === 'opened') return written.opened;
  if (written.kind !== 'repeated') return emailTaken();
  const session = await logIn(dependencies, { email: account.email, password, clientAddress });
  if (session.__typename === 'InvalidCredentials') throw new IdempotencyKeyReusedError('register');
  return session;
}

async function openAccount(dependencies: AccountsDependencies, registration: Registration): Promise<Written> {
  const { directory, logger } = dependencies;
  const { key, account } = registration;
  const { email } = account;
  for (let claims = 0; claims < MAX_CLAIMS; claims++) {
    const claim = await claimAddress(dependencies, { key, ...account });
    const { userId } = claim;
    if (claim.kind === 'taken') {
      const isFree = claim.isOverdue && (await settleClaim(dependencies, { email, userId })) === 'released';
      if (isFree) continue;
      return { kind: 'taken' };
    }

    const written = await writeAccount(dependencies, key, { id: userId, ...account }).catch(async (error: unknown) => {
      if (!(error instanceof IdempotencyKeyBusyError)) await giveUp(dependencies, { email, userId });
      throw error;
    });
    if (written.kind === 'released') {
      await directory.release({ email, userId });
      continue;
    }
    // The user is there, so a claim that stays one does no harm: the sweeper confirms it.
    await directory
      .confirm({ email, userId })
      .catch((err) => logger.warn({ err }, 'a claim was not confirmed, the sweeper will settle it'));
    return written;
  }
  return { kind: 'taken' };
}

/** The next who wants the address need not wait until the claim is overdue. */
async function giveUp({ directory, logger }: AccountsDependencies, claim: ClaimedAddress): Promise<void> {
  await directory
    .giveUp(claim)
    .catch((err) => logger.warn({ err }, 'a claim was not given up, it will be settled when it is overdue'));
}

/** Writes the user with a session and the record of the registration in one transaction, unless that record is there. */
async function writeAccount(
  { databases, users, sessions, accessTokens, writes }: AccountsDependencies,
  key: string,
  user: NewUser,
): Promise<Written> {
  const write = () =>
    writes.run((changes) =>
      databases.withShardRetry(async () => {
        const sessionId = await databases.newId(logicalShardOf(user.id));
        const { row, opened } = await issueTokens(accessTokens, { userId: user.id, role: 'CUSTOMER', sessionId });
        return databases.shardOf(user.id).$transaction(async (tx): Promise<Written> => {
          let isFirst = false;
          await runIdempotent(tx, registrationOf(user.id, key), async () => {
            isFirst = true;
            // The record of a registration is kept for a day only.
            if (!(await users.insert(tx, user))) throw new IdempotencyKeyReusedError('register');
            await sessions.insert(tx, row);
            await publishLoggedIn(tx, { userId: user.id, sessionId, client: null });
            // Somebody may have been told that there is no such user.
            await changes.invalidate(tx, user.id, () => [userTag(user.id)]);
            return 'registered';
          });
          return isFirst ? { kind: 'opened', opened } : { kind: 'repeated' };
        });
      }),
    );
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof IdempotencyKeyReusedError)) throw error;
    // The record is somebody else's: of who registered the user, or of who released the id.
    return { kind: (await users.findRole(user.id)) === undefined ? 'released' : 'taken' };
  }
}

function emailTaken(): Refusal<'EmailTaken'> {
  return { __typename: 'EmailTaken', code: 'EMAIL_TAKEN', message: 'There is an account with this e-mail address' };
}
