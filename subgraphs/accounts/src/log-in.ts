import { logicalShardOf } from '@tributary/prisma/ids/id';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { issueTokens, type OpenedSession } from './opened-session.ts';
import { verifyPassword } from './password.ts';
import type { Refusal } from './refusal.ts';

/**
 * Opens a session for whoever knows the password. An unknown address and a wrong password get the same answer after the same
 * work on the password.
 */
export async function logIn(
  dependencies: AccountsDependencies,
  { email, password }: { email: string; password: string },
): Promise<OpenedSession | Refusal<'InvalidCredentials'>> {
  const { directory, users } = dependencies;
  const userId = await directory.findUserId(email.toLowerCase());
  const user = userId === undefined ? null : await users.findCredentials(userId);
  const isRight = await verifyPassword(password, user?.passwordHash);
  return user !== null && isRight ? openSession(dependencies, user) : invalidCredentials();
}

function openSession(
  { databases, sessions, accessTokens }: AccountsDependencies,
  { id: userId, role }: { id: bigint; role: 'CUSTOMER' | 'MERCHANT' | 'ADMIN' },
): Promise<OpenedSession> {
  return databases.withShardRetry(async () => {
    const sessionId = await databases.newId(logicalShardOf(userId));
    const { row, opened } = await issueTokens(accessTokens, { userId, role, sessionId });
    await sessions.insert(databases.shardOf(userId), row);
    return opened;
  });
}

function invalidCredentials(): Refusal<'InvalidCredentials'> {
  return {
    __typename: 'InvalidCredentials',
    code: 'INVALID_CREDENTIALS',
    message: 'There is no account with this e-mail address and password',
  };
}
