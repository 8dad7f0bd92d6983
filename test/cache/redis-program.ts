import { requireSystemServer, type SystemServer } from '@tributary/local-stack/system-server/require-system-server';
import { findOnPath, systemHost } from '@tributary/local-stack/system-server/system-host';
import { eventually } from '../kit/eventually.ts';

const REDIS: SystemServer = { command: 'redis-server', debianPackage: 'redis-server', homebrewFormula: 'redis' };
const MEMCACHED: SystemServer = { command: 'memcached', debianPackage: 'memcached' };
const OTHER_INSTALLATION_LIMIT_MS = 120_000;

/** For hooks that start a server: on a new machine it is installed first. */
export const REDIS_START_LIMIT_MS = 180_000;

/**
 * The path of `redis-server`, installed first where it is missing and may be.
 * @throws LocalStackError `SYSTEM_SERVER_MISSING` with the line to run, or `INSTALLATION_FAILED`
 */
export const requireRedisServer = (installLog: string): Promise<string> => requireServer(REDIS, installLog);

/** The path of `memcached`, in the same way. */
export const requireMemcached = (installLog: string): Promise<string> => requireServer(MEMCACHED, installLog);

async function requireServer(server: SystemServer, installLog: string): Promise<string> {
  const host = systemHost({ installLog });
  return requireSystemServer(server, { mayInstall: true, host, onProgress: console.log }).catch((error: unknown) => {
    const isInstalling = error instanceof Error && 'code' in error && error.code === 'INSTALLATION_FAILED';
    if (isInstalling) return installedByAnother(server, error);
    throw error;
  });
}

/** Test files run in several processes, and only one of them gets apt's lock. */
async function installedByAnother({ command }: SystemServer, error: Error): Promise<string> {
  const path = await eventually(
    () => findOnPath(command),
    (found) => found !== undefined,
    {
      limitMs: OTHER_INSTALLATION_LIMIT_MS,
    },
  ).catch(() => undefined);
  if (path === undefined) throw error;
  return path;
}
