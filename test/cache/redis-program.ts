import type { SystemServer } from '@tributary/local-stack/system-server/require-system-server';
import { requireSystemProgram, SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';

const REDIS: SystemServer = { command: 'redis-server', debianPackage: 'redis-server', homebrewFormula: 'redis' };
const MEMCACHED: SystemServer = { command: 'memcached', debianPackage: 'memcached' };

/** For hooks that start a server: on a new machine it is installed first. */
export const REDIS_START_LIMIT_MS = SYSTEM_PROGRAM_LIMIT_MS;

/**
 * The path of `redis-server`, installed first where it is missing and may be.
 * @throws LocalStackError `SYSTEM_SERVER_MISSING` with the line to run, or `INSTALLATION_FAILED`
 */
export const requireRedisServer = (installLog: string): Promise<string> => requireSystemProgram(REDIS, installLog);

/** The path of `memcached`, in the same way. */
export const requireMemcached = (installLog: string): Promise<string> => requireSystemProgram(MEMCACHED, installLog);
