import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { AccountsDependencies } from './accounts-dependencies.ts';

/**
 * Ends the viewer's session: its refresh token no longer works. Its access token, which nobody looks up, lives on until it
 * expires. Answers whether it was this call that ended the session.
 */
export function logOut({ databases, sessions }: AccountsDependencies, { sessionId }: Viewer): Promise<boolean> {
  return databases.withShardRetry(() => sessions.end(decodeId('session', sessionId)));
}
