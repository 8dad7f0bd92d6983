import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { AccountsDependencies } from './accounts-dependencies.ts';
import { endSession } from './end-session.ts';
import { publishLoggedOutEverywhere } from './events.ts';

/**
 * Ends the viewer's session: its refresh token no longer works, and gateways that follow ended sessions refuse its access
 * token within seconds. Answers whether it was this call that ended the session.
 */
export function logOut(dependencies: AccountsDependencies, { sessionId }: Viewer): Promise<boolean> {
  return endSession(dependencies, decodeId('session', sessionId), 'LOGGED_OUT');
}

/** Ends all sessions of the viewer, this one included. Answers how many there were. */
export function logOutEverywhere({ databases, sessions }: AccountsDependencies, viewer: Viewer): Promise<number> {
  const userId = decodeId('user', viewer.userId);
  return databases.withShardRetry(() =>
    databases.shardOf(userId).$transaction(async (tx) => {
      const ended = await sessions.endAll(tx, userId);
      if (ended > 0) await publishLoggedOutEverywhere(tx, userId, ended);
      return ended;
    }),
  );
}
