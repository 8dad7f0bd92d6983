import type { AccountsDependencies } from './accounts-dependencies.ts';
import { publishLoggedOut } from './events.ts';

/** Ends a session and has that published; false when it had ended before, or there is none. */
export function endSession(
  { databases, sessions }: Pick<AccountsDependencies, 'databases' | 'sessions'>,
  id: bigint,
  reason: 'LOGGED_OUT' | 'TOKEN_REUSED',
): Promise<boolean> {
  return databases.withShardRetry(() =>
    databases.shardOf(id).$transaction(async (tx) => {
      const hasEnded = await sessions.end(tx, id);
      if (hasEnded) await publishLoggedOut(tx, id, reason);
      return hasEnded;
    }),
  );
}
