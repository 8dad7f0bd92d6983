import { requireSystemServer, type SystemServer } from '@tributary/local-stack/system-server/require-system-server';
import { findOnPath, systemHost } from '@tributary/local-stack/system-server/system-host';
import { eventually } from './eventually.ts';

const OTHER_INSTALLATION_LIMIT_MS = 120_000;

/** For hooks that start a program of the system: on a new machine it is installed first. */
export const SYSTEM_PROGRAM_LIMIT_MS = 180_000;

/**
 * The path of a program of the system, installed first where it is missing and may be.
 *
 * @param installLog the file that takes what the installer says
 * @throws LocalStackError `SYSTEM_SERVER_MISSING` with the line to run, or `INSTALLATION_FAILED`
 */
export async function requireSystemProgram(program: SystemServer, installLog: string): Promise<string> {
  const host = systemHost({ installLog });
  return requireSystemServer(program, { mayInstall: true, host, onProgress: console.log }).catch((error: unknown) => {
    const isInstalling = error instanceof Error && 'code' in error && error.code === 'INSTALLATION_FAILED';
    if (isInstalling) return installedByAnother(program, error);
    throw error;
  });
}

/** Test files run in several processes, and only one of them gets apt's lock. */
async function installedByAnother({ command }: SystemServer, error: Error): Promise<string> {
  const path = await eventually(
    () => findOnPath(command),
    (found) => found !== undefined,
    { limitMs: OTHER_INSTALLATION_LIMIT_MS },
  ).catch(() => undefined);
  if (path === undefined) throw error;
  return path;
}
