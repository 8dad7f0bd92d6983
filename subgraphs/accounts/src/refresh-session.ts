import { timingSafeEqual } from 'node:crypto';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { endSession } from './end-session.ts';
import { issueTokens, type OpenedSession } from './opened-session.ts';
import { type RefreshToken, readRefreshToken } from './refresh-token.ts';
import type { Refusal } from './refusal.ts';
import type { LiveSession } from './session-repository.ts';

/**
 * Trades a refresh token for new tokens, once (refresh token rotation, RFC 9700 section 4.14.2).
 *
 * A token that was traded before, coming again, means that two parties hold it, one of whom stole it: the session ends for
 * both, however many trades lie between. It is known by its family, which only the holders of a token of the session know. A
 * client that repeats a refresh whose answer it lost has to log in again; a client in several tabs has to refresh in one of
 * them. A token of another family is refused and changes nothing, because anybody who saw a session's id can make one up.
 */
export async function refreshSession(
  dependencies: AccountsDependencies,
  refreshToken: string,
): Promise<OpenedSession | Refusal<'SessionEnded'>> {
  const { sessions } = dependencies;
  const token = readRefreshToken(refreshToken);
  const session = token && (await sessions.findLive(token.sessionId));
  if (!session || !timingSafeEqual(session.familyHash, token.familyHash)) return sessionEnded();

  const isCurrent = timingSafeEqual(session.refreshHash, token.secretHash);
  const opened = isCurrent ? await rotate(dependencies, token, session) : undefined;
  if (opened) return opened;
  await endSession(dependencies, token.sessionId, 'TOKEN_REUSED');
  return sessionEnded();
}

/** Rotating comes last, so that whatever fails before it leaves the token good. `undefined` when another request was first. */
async function rotate(
  { databases, users, sessions, accessTokens }: AccountsDependencies,
  { sessionId, family, secretHash }: RefreshToken,
  { userId }: LiveSession,
): Promise<OpenedSession | undefined> {
  const role = await users.findRole(userId);
  if (role === undefined) return undefined;
  const { row, opened } = await issueTokens(accessTokens, { userId, role, sessionId }, family);
  const rotation = { current: secretHash, next: row.refreshHash, expiresAt: row.expiresAt };
  const isRotated = await databases.withShardRetry(() => sessions.rotate(sessionId, rotation));
  return isRotated ? opened : undefined;
}

function sessionEnded(): Refusal<'SessionEnded'> {
  return {
    __typename: 'SessionEnded',
    code: 'SESSION_ENDED',
    message: 'The session has ended, or the token was spent: log in again',
  };
}
