import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { AccountsDependencies } from './accounts-dependencies.ts';

/**
 * Ends the viewer's session: its refresh token no longer works, and gateways that follow ended sessions refuse its access
 * token within seconds. Answers whether it was this call that ended the session.
 */
export function logOut({ databases, sessions }: AccountsDependencies, { sessionId }: Viewer): Promise<boolean> {
  return databases.withShardRetry(() => sessions.end(decodeId('session', sessionId)));
}

/** Ends all sessions of the viewer, this one included. Answers how many there were. */
export function logOutEverywhere({ databases, sessions }: AccountsDependencies, { userId }: Viewer): Promise<number> {
  return databases.withShardRetry(async () => sessions.endAll(decodeId('user', userId)));
}
