import { execFile } from 'node:child_process';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalStackError } from '../local-stack-error.ts';
import type { PostgresBinaries } from './binaries.ts';
import { ROLES } from './credentials.ts';
import type { ServerAccount } from './server-account.ts';
import { makeOwnedDirectory, pathExists, type ServerFiles, writeOwned } from './server-files.ts';

const run = promisify(execFile);

const POSTGRES_MAJOR = '18';

/** What making a data directory takes. */
export interface InitialiseOptions {
  readonly files: ServerFiles;
  readonly initdb: PostgresBinaries['initdb'];
  readonly account: ServerAccount | undefined;
  readonly superuserPassword: string;
  readonly isDurable: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes an empty cluster in `files.data`. What an interrupted attempt left behind is thrown away: nothing was in it yet.
 * @throws LocalStackError `INITDB_FAILED` with what initdb said
 */
export async function initialiseData(options: InitialiseOptions): Promise<void> {
  const { files, account } = options;
  await rm(files.unfinishedData, { recursive: true, force: true });
  await makeOwnedDirectory(files.directory, account);
  const passwordFile = join(files.directory, 'initial-password');
  await writeOwned(passwordFile, options.superuserPassword, account);
  try {
    options.signal?.throwIfAborted();
    const running = run(options.initdb, initdbArguments(options, passwordFile), {
      ...account,
      cwd: files.directory,
      env: { LC_ALL: 'C' },
    });
    // Not by execFile's own signal, with which it would fail before the process is gone.
    const onAbort = (): void => void running.child.kill();
    options.signal?.addEventListener('abort', onAbort);
    await running.finally(() => options.signal?.removeEventListener('abort', onAbort));
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new LocalStackError('INITDB_FAILED', `Postgres could not make ${files.data}.\n${cause}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(files.unfinishedData, files.data);
}

function initdbArguments({ files, isDurable }: InitialiseOptions, passwordFile: string): string[] {
  return [
    `--pgdata=${files.unfinishedData}`,
    `--username=${ROLES.superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Postgres's own locale sorts alike on every system, and needs none installed.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(isDurable ? [] : ['--no-sync']),
  ];
}

/**
 * Whether `files.data` holds a cluster (false when there is nothing).
 * @param resetCommand what a person runs to begin with empty databases
 * @throws LocalStackError `DATA_DIRECTORY_DAMAGED` when what is there can't be one of this Postgres
 */
export async function hasData(files: ServerFiles, resetCommand: string): Promise<boolean> {
  if (!(await pathExists(files.data))) return false;
  const version = await readFile(join(files.data, 'PG_VERSION'), 'utf8').catch(() => '');
  const isComplete = await pathExists(join(files.data, 'global', 'pg_control'));
  if (isComplete && version.trim() === POSTGRES_MAJOR) return true;
  const state = isComplete
    ? `was made by Postgres ${version.trim()}, not ${POSTGRES_MAJOR}`
    : 'is not a complete Postgres data directory';
  const advice = `Run \`${resetCommand}\` to start with empty databases.`;
  throw new LocalStackError('DATA_DIRECTORY_DAMAGED', `${files.data} ${state}. ${advice}`);
}

/** The number that a cluster got when it was made and that all its replicas carry: the first 8 bytes of pg_control. */
export async function systemIdentifierOf(dataDirectory: string): Promise<bigint> {
  const control = await open(join(dataDirectory, 'global', 'pg_control'));
  try {
    const bytes = Buffer.alloc(8);
    await control.read(bytes, 0, bytes.length, 0);
    return bytes.readBigUInt64LE();
  } finally {
    await control.close();
  }
}
