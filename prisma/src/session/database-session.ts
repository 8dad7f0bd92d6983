import { AsyncLocalStorage } from 'node:async_hooks';

// The databases that the current request has written to.
const sessions = new AsyncLocalStorage<Set<string>>();

/**
 * Runs a request as one session: after it has written to a database, its reads of that database go to the primary, so that it
 * sees its own writes however far the replicas are behind.
 */
export function runInDatabaseSession<T>(fn: () => T): T {
  return sessions.run(new Set(), fn);
}

/** Notes that the current session, if there is one, writes to a database. */
export function recordWrite(database: string): void {
  sessions.getStore()?.add(database);
}

/** Whether the current session has written to a database; false outside a session. */
export function hasWritten(database: string): boolean {
  return sessions.getStore()?.has(database) ?? false;
}
