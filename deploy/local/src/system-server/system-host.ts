import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createAptInstaller } from './apt-installer.ts';
import type { SystemHost } from './require-system-server.ts';

const run = promisify(execFile);

/** Where servers are installed that a normal user's PATH may not name. */
const EXTRA_FOLDERS = '/usr/local/sbin:/usr/sbin:/opt/homebrew/bin:/usr/local/bin';

/**
 * This machine.
 * @param options.installLog the file that takes what apt-get says
 */
export function systemHost(options: { installLog: string }): SystemHost {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasApt: () =>
      access('/usr/bin/apt-get').then(
        () => true,
        () => false,
      ),
    find: findOnPath,
    installPackage: createAptInstaller({ logFile: options.installLog, run: runLogged }),
  };
}

/** The absolute path of a program on the PATH or in a system folder, or undefined. */
export async function findOnPath(command: string): Promise<string | undefined> {
  const script = `PATH="$PATH:${EXTRA_FOLDERS}"; command -v -- "$1"`;
  const { stdout } = await run('/bin/sh', ['-c', script, 'sh', command]).catch(() => ({ stdout: '' }));
  const path = stdout.trim();
  // A shell's own commands answer with their bare name.
  return path.startsWith('/') ? path : undefined;
}

/** Runs a command that asks nothing, its output appended to the log. Rejects when it fails. */
async function runLogged(command: string, parameters: readonly string[], logFile: string): Promise<void> {
  const script = 'log=$1; shift; DEBIAN_FRONTEND=noninteractive exec "$@" </dev/null >>"$log" 2>&1';
  await run('/bin/sh', ['-c', script, 'sh', logFile, command, ...parameters]);
}
