import { AsyncLocalStorage } from 'node:async_hooks';
import { ANYWHERE, furthestOf, type LogPosition } from '../replicas/wal-position.ts';

/** How far databases have to be replayed, by their names: bytes of log, on whatever timeline. */
export type MinimumPositions = Readonly<Record<string, number>>;

/** Places in the logs of databases, by their names. */
export type LogPositions = Readonly<Record<string, LogPosition>>;

/** Stands for every database in `LogPositions`. */
export const EVERY_DATABASE = '*';

/** The primary of a database, whichever it is. */
export interface UsedPrimary extends UsedServer {
  /** The highest timeline that was heard of. */
  timeline(): number;
  /**
   * Finds out about a timeline that the session has met and this process has not.
   * @throws DatabaseUnavailableError when the primary of that timeline cannot be found from here
   */
  meetTimeline(timeline: number): Promise<void>;
}

/** A server that a session has used. */
export interface UsedServer {
  /** Where it is, as found after the call: nothing that was read or written there before is beyond it. `ANYWHERE` when it is away. */
  positionFromNowOn(): Promise<LogPosition>;
}

/** Makes a signal only for who wants to be told. */
export interface AbortSource {
  toAbortSignal(): AbortSignal;
}

interface Session {
  /** The databases that the current request has written to. */
  readonly written: Set<string>;
  readonly minimumPositions: LogPositions;
  /** Aborted when nobody waits for the request any more. */
  readonly signal: AbortSource | undefined;
  /** The servers that were read and written, by database; kept only where somebody wants to know. */
  readonly used: Map<string, Set<UsedServer>> | undefined;
}

export interface DatabaseSessionOptions {
  /** As for `readAtLeast`, of all its reads. */
  readonly minimumPositions?: MinimumPositions;
  /** What the viewer has read or written before: it holds beside `minimumPositions`. */
  readonly seen?: LogPositions | undefined;
  /** Aborted when nobody waits for the request any more: its statements are cancelled then. */
  readonly signal?: AbortSource | undefined;
  /** Whether `reachedPositions` will be asked for. */
  readonly isFollowed?: boolean;
}

const BEYOND_ALL: LogPosition = { timeline: 0, bytes: Number.MAX_SAFE_INTEGER };
const NOWHERE: LogPositions = Object.freeze({});

/** Of what is read outside of any session nothing is remembered. */
const OUTSIDE: Session = {
  get written() {
    return new Set<string>();
  },
  minimumPositions: NOWHERE,
  signal: undefined,
  used: undefined,
};

const sessions = new AsyncLocalStorage<Session>();

/**
 * Runs a request as one session: after it has written to a database, its reads of that database go to the primary, so that it
 * sees its own writes however far the replicas are behind.
 */
export function runInDatabaseSession<T>(fn: () => T, options: DatabaseSessionOptions = {}): T {
  const { minimumPositions, seen = NOWHERE, signal, isFollowed = false } = options;
  const session: Session = {
    written: new Set(),
    minimumPositions: minimumPositions ? beyond(seen, minimumPositions) : seen,
    signal,
    used: isFollowed ? new Map() : undefined,
  };
  return sessions.run(session, fn);
}

/**
 * Runs reads, as part of the current session, of databases that have replayed at least so far: a replica that has not is
 * passed over, and the primary read when all are behind. A database that isn't named may be read anywhere. They are not cancelled
 * when nobody waits for the session any more: what asks for positions fills a cache, and somebody else may wait for that.
 */
export function readAtLeast<T>(minimumPositions: MinimumPositions, fn: () => T): T {
  const session = sessions.getStore() ?? OUTSIDE;
  return sessions.run(
    { ...session, signal: undefined, minimumPositions: beyond(session.minimumPositions, minimumPositions) },
    fn,
  );
}

/** Runs what has to be done even if nobody waits for the current session any more. */
export function runToTheEnd<T>(fn: () => T): T {
  const session = sessions.getStore();
  return session === undefined ? fn() : sessions.run({ ...session, signal: undefined }, fn);
}

/** Aborted when nobody waits for the current session any more; `undefined` outside a session, and in one that ends by itself. */
export function currentSignal(): AbortSignal | undefined {
  return sessions.getStore()?.signal?.toAbortSignal();
}

/** Notes that the current session, if there is one, writes to a database. */
export function recordWrite(database: string): void {
  sessions.getStore()?.written.add(database);
}

/** Notes that the current session used a server, where that is followed. */
export function recordUse(database: string, server: UsedServer): void {
  const used = sessions.getStore()?.used;
  if (used === undefined) return;
  const servers = used.get(database);
  if (servers === undefined) used.set(database, new Set([server]));
  else servers.add(server);
}

/** Whether the current session has written to a database; false outside a session. */
export function hasWritten(database: string): boolean {
  return sessions.getStore()?.written.has(database) ?? false;
}

/** Whether the current session has written to any database; false outside a session. */
export function hasWrittenAnywhere(): boolean {
  return (sessions.getStore()?.written.size ?? 0) > 0;
}

/** Where a replica of a database has to be to be read now. */
export function minimumPositionOf(database: string): LogPosition {
  const minimum = sessions.getStore()?.minimumPositions ?? NOWHERE;
  if (minimum === NOWHERE) return ANYWHERE;
  const [own, common] = [minimum[database] ?? ANYWHERE, minimum[EVERY_DATABASE]];
  return common === undefined ? own : furthestOf(own, common);
}

/**
 * Places in the logs beyond which the current session, which is followed, has seen and written nothing: who reads at least
 * there sees all that it saw. Where a write is that cannot be found out any more, only the primary will do.
 */
export async function reachedPositions(): Promise<LogPositions> {
  const used = [...(sessions.getStore()?.used ?? [])];
  const reachedBy = (database: string): LogPosition => (hasWritten(database) ? BEYOND_ALL : ANYWHERE);
  const reached = await Promise.all(
    used.map(async ([database, servers]) => {
      const positions = await Promise.all([...servers].map((server) => server.positionFromNowOn()));
      const isKnown = positions.every(({ bytes }) => bytes > 0);
      return [database, positions.reduce(furthestOf, isKnown ? ANYWHERE : reachedBy(database))] as const;
    }),
  );
  return Object.fromEntries(reached.filter(([, { bytes }]) => bytes > 0));
}

function beyond(seen: LogPositions, minimum: MinimumPositions): LogPositions {
  const databases = Object.entries(minimum);
  if (databases.length === 0) return seen;
  const further = databases.map(([database, bytes]): [string, LogPosition] => [
    database,
    furthestOf(seen[database] ?? ANYWHERE, { timeline: 0, bytes }),
  ]);
  return { ...seen, ...Object.fromEntries(further) };
}
