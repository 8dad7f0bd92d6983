import type { AccessTokenSigner, AccessTokenSubject } from './access-token.ts';
import { makeRefreshToken } from './refresh-token.ts';
import type { NewSession } from './session-repository.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60_000;

/** A session as its owner gets it: this is the only time that its tokens are seen. */
export interface OpenedSession {
  __typename: 'SessionOpened';
  userId: bigint;
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
}

/** Makes both tokens of a session, and the row that has to be written before they are handed out. */
export async function issueTokens(
  accessTokens: AccessTokenSigner,
  subject: AccessTokenSubject,
): Promise<{ row: NewSession; opened: OpenedSession }> {
  const { sessionId, userId } = subject;
  const now = new Date();
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  const refreshToken = makeRefreshToken(sessionId);
  const accessToken = await accessTokens.sign(subject, now);
  return {
    row: { id: sessionId, userId, refreshHash: refreshToken.secretHash, expiresAt },
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
