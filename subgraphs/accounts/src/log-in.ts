import { composeId, ID_EPOCH_MS, logicalShardOf } from '@tributary/prisma/ids/id';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { publishLoggedIn, publishLogInFailed } from './events.ts';
import { issueTokens, type OpenedSession } from './opened-session.ts';
import type { Refusal } from './refusal.ts';

/**
 * Opens a session for whoever knows the password. An unknown address and a wrong password get the same answer after the same
 * work: the same statements, and one hash.
 *
 * @throws CodedError LOGIN_THROTTLED, LOGIN_BUSY
 */
export async function logIn(
  dependencies: AccountsDependencies,
  { password, ...who }: { email: string; password: string; clientAddress: string | undefined },
): Promise<OpenedSession | Refusal<'InvalidCredentials'>> {
  const { databases, directory, users, throttle, passwords } = dependencies;
  const email = who.email.toLowerCase();
  const attempt = await throttle.begin({ email, clientAddress: who.clientAddress });
  const userId = (await directory.findUserId(email)) ?? nobodysId(databases.randomLogicalShard());
  const user = await users.findCredentials(userId);
  const isRight = await passwords.verify(password, user?.passwordHash).catch(async (error: unknown) => {
    await attempt.withdraw();
    throw error;
  });
  if (user === null || !isRight) {
    await publishLogInFailed(databases.catalog(), attempt.marks);
    return invalidCredentials();
  }
  await attempt.succeed();
  return openSession(dependencies, { ...user, client: attempt.marks.client });
}

/** An id older than every user, to look for where there is none to look for. */
function nobodysId(logicalShard: number): bigint {
  return composeId({ timeMs: ID_EPOCH_MS, logicalShard, sequence: 0 });
}

function openSession(
  { databases, sessions, accessTokens }: AccountsDependencies,
  { id: userId, role, client }: { id: bigint; role: 'CUSTOMER' | 'MERCHANT' | 'ADMIN'; client: string | null },
): Promise<OpenedSession> {
  return databases.withShardRetry(async () => {
    const sessionId = await databases.newId(logicalShardOf(userId));
    const { row, opened } = await issueTokens(accessTokens, { userId, role, sessionId });
    await databases.shardOf(userId).$transaction(async (tx) => {
      await sessions.insert(tx, row);
      await publishLoggedIn(tx, { userId, sessionId, client });
    });
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
