import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { LocalStackError } from '../local-stack-error.ts';
import { excerptOf, rotateLog } from '../log-excerpt.ts';
import { assertPortFree } from './ports.ts';
import { killPostmaster } from './postmaster-control.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import type { ServerAccount } from './server-account.ts';
import type { ServerFiles } from './server-files.ts';
import { waitUntil } from './wait-until.ts';

/** Long enough for the recovery of a database of some gigabytes after a crash. */
const START_TIMEOUT_MS = 120_000;

/** A server process that takes connections. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves once it has ended, to how it ended ("code 1", "SIGKILL"). */
  readonly ended: Promise<string>;
}

/** What starting a server process takes. Its settings are written already. */
export interface LaunchOptions {
  readonly postgres: string;
  readonly files: ServerFiles;
  readonly port: number;
  readonly account: ServerAccount | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Starts `postgres` on a data directory and waits until it takes connections (a standby: reads).
 * @throws LocalStackError `PORT_IN_USE`, `PROCESSES_LEFT_BEHIND`, or `SERVER_DID_NOT_START` with the end of its log
 */
export async function launchPostmaster(options: LaunchOptions): Promise<Postmaster> {
  const { files, port, signal } = options;
  await assertPortFree(port);
  await rotateLog(files.log);
  // A file, not a pipe: the server must be able to go on writing when we die.
  const log = await open(files.log, 'a', 0o600);
  const child = spawnPostgres(options, log.fd);
  const ended = endOf(child);
  let end: string | undefined;
  void ended.then((how) => {
    end = how;
  });
  await log.close();
  const isReady = async (): Promise<boolean> => {
    if (end !== undefined) throw await startFailure(options, `ended at once (${end})`);
    const file = await readPostmasterFile(files.data);
    return file?.pid === child.pid && file?.isReady === true;
  };
  try {
    if (await waitUntil(isReady, { timeoutMs: START_TIMEOUT_MS, signal })) return { pid: child.pid ?? 0, ended };
    throw await startFailure(options, `takes no connections after ${START_TIMEOUT_MS / 1000} s`);
  } catch (error) {
    if (child.pid !== undefined && end === undefined) await killPostmaster(child.pid);
    throw error;
  }
}

function spawnPostgres({ postgres, files, account }: LaunchOptions, log: number): ChildProcess {
  return spawn(postgres, ['-D', files.data, '-c', `config_file=${files.settings}`], {
    ...account,
    cwd: files.directory,
    env: { LC_ALL: 'C' },
    // A session of its own: Ctrl-C in the terminal is for us, who first let the services finish.
    detached: true,
    stdio: ['ignore', log, log],
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

async function startFailure({ files, port }: LaunchOptions, state: string): Promise<LocalStackError> {
  const excerpt = await excerptOf(files.log);
  if (excerpt.includes('Address already in use')) {
    // Somebody took the port between our look and the server's.
    await assertPortFree(port);
    return new LocalStackError('PORT_IN_USE', `Port ${port} was in use for a moment. Try again.`);
  }
  if (excerpt.includes('pre-existing shared memory block')) {
    const advice = 'Wait until they end, or end them yourself.';
    return new LocalStackError(
      'PROCESSES_LEFT_BEHIND',
      `Queries of a killed server still run on ${files.data}. ${advice}`,
    );
  }
  return new LocalStackError('SERVER_DID_NOT_START', `Postgres on ${files.data} ${state}.\n${excerpt}`);
}
