import {
  type AbortSource,
  type LogPositions,
  type MinimumPositions,
  reachedPositions,
  runInDatabaseSession,
} from './database-session.ts';

/** A place in a database's log as it travels: timeline and bytes. */
type SentPosition = readonly [timeline: number, bytes: number];

/** A request that may be one of several of a viewer who is to see time go forward only. */
export interface SessionRequest {
  /** No database is read before these places. */
  readonly minimumPositions: MinimumPositions;
  /** Aborted when nobody waits for the request any more: its statements are cancelled then. */
  readonly signal?: AbortSource | undefined;
  /** Absent where nobody follows what the viewer has seen. */
  readonly followed?:
    | {
        /** What the viewer's earlier requests have seen and written. */
        readonly seen: Readonly<Record<string, SentPosition>>;
        /** Whether one of them wrote lately. */
        readonly hasWritten: boolean;
        /** Takes what this one has seen and written, at its end. */
        readonly report: (reached: Readonly<Record<string, SentPosition>>) => void;
      }
    | undefined;
}

/**
 * Makes what runs the requests of a service, each in a database session. Where a viewer's requests are followed from one to the
 * next, none sees less than those before: replicas that are behind are not read, and who wrote lately is not shown what the
 * cache had before that.
 */
export function followSessions({ cache }: { cache?: { catchUp(): Promise<void> } | undefined } = {}) {
  return async <T>(run: () => Promise<T>, request: SessionRequest): Promise<T> => {
    const { minimumPositions, signal, followed } = request;
    if (followed === undefined) return runInDatabaseSession(run, { minimumPositions, signal });
    if (followed.hasWritten) await cache?.catchUp();
    return runInDatabaseSession(
      async () => {
        const result = await run();
        followed.report(asSent(await reachedPositions()));
        return result;
      },
      { minimumPositions, signal, seen: asRead(followed.seen), isFollowed: true },
    );
  };
}

function asRead(sent: Readonly<Record<string, SentPosition>>): LogPositions {
  return Object.fromEntries(
    Object.entries(sent).map(([database, [timeline, bytes]]) => [database, { timeline, bytes }]),
  );
}

function asSent(positions: LogPositions): Record<string, SentPosition> {
  return Object.fromEntries(
    Object.entries(positions).map(([database, { timeline, bytes }]) => [database, [timeline, bytes]]),
  );
}
