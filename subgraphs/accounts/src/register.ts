import { logicalShardOf } from '@tributary/prisma/ids/id';
import { parseInput } from '@tributary/runtime/input/parse-input';
import { z } from 'zod';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { userTag } from './cached-profile.ts';
import { displayName } from './display-name.ts';
import { issueTokens, type OpenedSession } from './opened-session.ts';
import type { Refusal } from './refusal.ts';
import type { NewUser } from './user-repository.ts';

const PASSWORD_LENGTH = 'must have 8 to 200 characters';

const registerInput = z.object({
  email: z.string().max(254, 'must have at most 254 characters').toLowerCase(),
  password: z.string().min(8, PASSWORD_LENGTH).max(200, PASSWORD_LENGTH),
  displayName,
});

/**
 * Opens an account on a random logical shard, and a session for it.
 *
 * The address is claimed in the directory, then the user is written with the session, then the claim is confirmed: whatever
 * happens in between, an address never has two users, and a user that was written can log in.
 * @throws CodedError BAD_USER_INPUT, LOGIN_BUSY
 */
export async function register(
  dependencies: AccountsDependencies,
  input: unknown,
): Promise<OpenedSession | Refusal<'EmailTaken'>> {
  const { databases, directory, passwords } = dependencies;
  const { email, password, ...profile } = parseInput(registerInput, input);
  const passwordHash = await passwords.hash(password);
  const proposedId = await databases.newId(databases.randomLogicalShard());
  const id = await directory.claim(email, proposedId);
  if (id === undefined) return emailTaken();

  const opened = await writeAccount(dependencies, { id, email, ...profile, passwordHash });
  await confirm(dependencies, email);
  return opened ?? emailTaken();
}

/** Writes the user with a session in one transaction; `undefined` when somebody else who held the same claim was first. */
async function writeAccount(
  { databases, directory, users, sessions, accessTokens, writes, logger }: AccountsDependencies,
  user: NewUser,
): Promise<OpenedSession | undefined> {
  try {
    return await writes.run((changes) =>
      databases.withShardRetry(async () => {
        const sessionId = await databases.newId(logicalShardOf(user.id));
        const { row, opened } = await issueTokens(accessTokens, { userId: user.id, role: 'CUSTOMER', sessionId });
        return await databases.shardOf(user.id).$transaction(async (tx) => {
          if (!(await users.insert(tx, user))) return undefined;
          await sessions.insert(tx, row);
          // Somebody may have been told that there is no such user.
          await changes.invalidate(tx, user.id, () => [userTag(user.id)]);
          return opened;
        });
      }),
    );
  } catch (error) {
    await directory
      .giveBack(user.email)
      .catch((err) => logger.warn({ err }, 'a claim was not given back, it will run out'));
    throw error;
  }
}

/** The user is there, so a claim that stays one does no harm: whoever takes it over finds the user and confirms it. */
async function confirm({ directory, logger }: AccountsDependencies, email: string): Promise<void> {
  await directory.confirm(email).catch((err) => logger.warn({ err }, 'a claim was not confirmed'));
}

function emailTaken(): Refusal<'EmailTaken'> {
  return { __typename: 'EmailTaken', code: 'EMAIL_TAKEN', message: 'There is an account with this e-mail address' };
}
