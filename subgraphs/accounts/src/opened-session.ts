import { timeOf } from '@tributary/prisma/ids/id';
import type { AccessTokenSigner, AccessTokenSubject } from './access-token.ts';
import { makeRefreshToken } from './refresh-token.ts';
import type { NewSession } from './session-repository.ts';

const DAY_MS = 24 * 60 * 60_000;
/** How long a session lives without being refreshed. */
const IDLE_LIMIT_MS = 30 * DAY_MS;
/** How long it lives however often it is refreshed: what a thief who is never noticed has at most. */
const AGE_LIMIT_MS = 90 * DAY_MS;

/** A session as its owner gets it: this is the only time that its tokens are seen. */
export interface OpenedSession {
  __typename: 'SessionOpened';
  userId: bigint;
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
}

/**
 * Makes both tokens of a session, and the row that has to be written before they are handed out.
 *
 * @param family of the refresh token that is traded; none for a new session
 */
export async function issueTokens(
  accessTokens: Pick<AccessTokenSigner, 'sign'>,
  subject: AccessTokenSubject,
  family?: string,
): Promise<{ row: NewSession; opened: OpenedSession }> {
  const { sessionId, userId } = subject;
  const now = new Date();
  const expiresAt = new Date(Math.min(now.getTime() + IDLE_LIMIT_MS, timeOf(sessionId).getTime() + AGE_LIMIT_MS));
  const refreshToken = makeRefreshToken(sessionId, family);
  const accessToken = await accessTokens.sign(subject, now);
  return {
    row: {
      id: sessionId,
      userId,
      refreshHash: refreshToken.secretHash,
      familyHash: refreshToken.familyHash,
      expiresAt,
    },
    opened: {
      __typename: 'SessionOpened',
      userId,
      accessToken: accessToken.text,
      accessTokenExpiresAt: accessToken.expiresAt,
      refreshToken: refreshToken.text,
      refreshTokenExpiresAt: expiresAt,
    },
  };
}
