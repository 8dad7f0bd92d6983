import { access, chmod, chown, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError, systemCodeOf } from '../local-stack-error.ts';
import type { ServerAccount } from './server-account.ts';
import { renderHostRules, renderSettings, type SettingsOptions } from './settings.ts';

/** The files of one server. Its settings lie beside its data, so that copying the data never copies settings. */
export interface ServerFiles {
  readonly directory: string;
  readonly data: string;
  /** What `data` is called until it is complete: it is renamed then, so `data` is never half made. */
  readonly unfinishedData: string;
  readonly settings: string;
  readonly hostRules: string;
  readonly log: string;
}

/** Names the files of a server whose folder is `directory`. */
export function serverFilesIn(directory: string): ServerFiles {
  return {
    directory,
    data: join(directory, 'data'),
    unfinishedData: join(directory, 'data.unfinished'),
    settings: join(directory, 'postgresql.conf'),
    hostRules: join(directory, 'pg_hba.conf'),
    log: join(directory, 'server.log'),
  };
}

/** Writes the settings that the server will start with; they hold a password, so they are for its account alone. */
export async function writeSettings(
  files: ServerFiles,
  account: ServerAccount | undefined,
  options: Omit<SettingsOptions, 'hbaFile'>,
): Promise<void> {
  await writeOwned(files.settings, renderSettings({ ...options, hbaFile: files.hostRules }), account);
  await writeOwned(files.hostRules, renderHostRules(), account);
}

/** Writes a file that only the account (or the caller, when there is none) may read. */
export async function writeOwned(file: string, text: string, account: ServerAccount | undefined): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (account) await chown(file, account.uid, account.gid);
}

/** Makes a folder that only the account (or the caller) may enter. */
export async function makeOwnedDirectory(directory: string, account: ServerAccount | undefined): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (account) await chown(directory, account.uid, account.gid);
}

/**
 * Makes the folder of the whole topology. What lies in it is closed to others, so it may let the server's account pass
 * through whatever the umask is.
 * @throws LocalStackError `DIRECTORY_NOT_WRITABLE`
 */
export async function makeTopologyDirectory(directory: string, account: ServerAccount | undefined): Promise<void> {
  await makeWritableDirectory(directory);
  if (account) await chmod(directory, 0o711);
}

/**
 * Makes a folder, or makes sure that the caller may write to the one that is there.
 * @throws LocalStackError `DIRECTORY_NOT_WRITABLE`
 */
export async function makeWritableDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = systemCodeOf(cause) ?? String(cause);
    const advice = 'Give yourself write access to it, or choose another directory with --data.';
    throw new LocalStackError('DIRECTORY_NOT_WRITABLE', `Can't write to ${directory} (${reason}). ${advice}`, {
      cause,
    });
  }
}

/** Whether something is there at that path. */
export async function pathExists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return false;
      throw error;
    },
  );
}
