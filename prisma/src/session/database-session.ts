import { AsyncLocalStorage } from 'node:async_hooks';

/** How far databases have to be replayed: bytes of write-ahead log by the name of the database. */
export type MinimumPositions = Readonly<Record<string, number>>;

interface Session {
  /** The databases that the current request has written to. */
  readonly written: Set<string>;
  readonly minimumPositions: MinimumPositions;
  /** Aborted when nobody waits for the request any more. */
  readonly signal: AbortSignal | undefined;
}

const ANYWHERE: MinimumPositions = Object.freeze({});

const sessions = new AsyncLocalStorage<Session>();

export interface DatabaseSessionOptions {
  /** As for `readAtLeast`, of all its reads. */
  readonly minimumPositions?: MinimumPositions;
  /** Aborted when nobody waits for the request any more: its statements are cancelled then. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a request as one session: after it has written to a database, its reads of that database go to the primary, so that it
 * sees its own writes however far the replicas are behind.
 */
export function runInDatabaseSession<T>(
  fn: () => T,
  { minimumPositions = ANYWHERE, signal }: DatabaseSessionOptions = {},
): T {
  return sessions.run({ written: new Set(), minimumPositions, signal }, fn);
}

/**
 * Runs reads, as part of the current session, of databases that have replayed at least so far: a replica that has not is
 * passed over, and the primary read when all are behind. A database that isn't named may be read anywhere.
 */
export function readAtLeast<T>(minimumPositions: MinimumPositions, fn: () => T): T {
  const session = sessions.getStore();
  return sessions.run(
    {
      written: session?.written ?? new Set(),
      minimumPositions: session ? furthest(session.minimumPositions, minimumPositions) : minimumPositions,
      signal: session?.signal,
    },
    fn,
  );
}

/** Aborted when nobody waits for the current session any more; `undefined` outside a session, and in one that ends by itself. */
export function currentSignal(): AbortSignal | undefined {
  return sessions.getStore()?.signal;
}

/** Notes that the current session, if there is one, writes to a database. */
export function recordWrite(database: string): void {
  sessions.getStore()?.written.add(database);
}

/** Whether the current session has written to a database; false outside a session. */
export function hasWritten(database: string): boolean {
  return sessions.getStore()?.written.has(database) ?? false;
}

/** Whether the current session has written to any database; false outside a session. */
export function hasWrittenAnywhere(): boolean {
  return (sessions.getStore()?.written.size ?? 0) > 0;
}

/** Where a replica of a database has to be to be read now; 0 when anywhere will do. */
export function minimumPositionOf(database: string): number {
  return sessions.getStore()?.minimumPositions[database] ?? 0;
}

function furthest(one: MinimumPositions, other: MinimumPositions): MinimumPositions {
  if (one === ANYWHERE) return other;
  const positions = { ...one };
  for (const [database, position] of Object.entries(other)) {
    positions[database] = Math.max(position, positions[database] ?? 0);
  }
  return positions;
}
