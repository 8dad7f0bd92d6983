import type { Dirent } from 'node:fs';
import { chown, constants, copyFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { systemCodeOf } from '../local-stack-error.ts';
import type { ServerAccount } from './server-account.ts';
import { makeOwnedDirectory, type ServerFiles, writeOwned } from './server-files.ts';

/** What a copy of a running primary takes. */
export interface BaseCopyOptions {
  /** A superuser's connection to the primary. */
  readonly client: Client;
  readonly source: ServerFiles;
  readonly target: ServerFiles;
  /** The target's replication slot, made anew here: from now on the primary keeps the WAL that the copy will need. */
  readonly slot: string;
  readonly account: ServerAccount | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Copies a running primary's data to `target.data`, ready to start as a standby, in place of what was there.
 *
 * Does what pg_basebackup does (the npm package has none): the files may change while they are copied, and the WAL from
 * the start of the backup, streamed later, makes them whole. See "Making a Base Backup Using the Low Level API" in the
 * Postgres manual, and basebackup.c for what is left out.
 */
export async function copyPrimary(options: BaseCopyOptions): Promise<void> {
  const { client, source, target, account } = options;
  await rm(target.data, { recursive: true, force: true });
  await rm(target.unfinishedData, { recursive: true, force: true });
  await makeOwnedDirectory(target.directory, account);
  await replaceSlot(client, options.slot);
  await client.query('SELECT pg_backup_start($1, fast => true)', [options.slot]);
  await copyTree(source.data, target.unfinishedData, options);
  // Last, because the server that reads it believes that all it speaks of is there.
  await copyOne(join(source.data, CONTROL_FILE), join(target.unfinishedData, CONTROL_FILE), account);
  const { rows } = await client.query<{ labelfile: string }>(
    'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
  );
  await writeOwned(join(target.unfinishedData, 'backup_label'), rows[0]?.labelfile ?? '', account);
  await writeOwned(join(target.unfinishedData, 'standby.signal'), '', account);
  await rename(target.unfinishedData, target.data);
}

async function replaceSlot(client: Client, slot: string): Promise<void> {
  await dropSlots(client, 'slot_name = $1', slot);
  await client.query('SELECT pg_create_physical_replication_slot($1, immediately_reserve => true)', [slot]);
}

/** Drops the slots of replicas that are no longer wanted: each keeps WAL for as long as it exists. */
export async function dropOtherSlots(client: Client, wanted: readonly string[]): Promise<void> {
  await dropSlots(client, 'NOT slot_name = ANY ($1)', wanted);
}

async function dropSlots(client: Client, condition: string, value: string | readonly string[]): Promise<void> {
  await client.query(
    `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT active AND ${condition}`,
    [value],
  );
}

const CONTROL_FILE = join('global', 'pg_control');

/** Directories whose content belongs to the running server alone, or, for WAL, comes by streaming. */
const EMPTY_IN_COPY = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

const LEFT_OUT =
  /^(postmaster\..*|pgsql_tmp.*|pg_internal\.init.*|backup_label.*|tablespace_map.*|standby\.signal|recovery\.signal)$/;

async function copyTree(from: string, to: string, options: BaseCopyOptions, path = ''): Promise<void> {
  options.signal?.throwIfAborted();
  await makeOwnedDirectory(join(to, path), options.account);
  if (path === 'pg_wal') await makeOwnedDirectory(join(to, path, 'archive_status'), options.account);
  if (EMPTY_IN_COPY.has(path)) return;
  for (const entry of await entriesOf(join(from, path))) {
    const entryPath = join(path, entry.name);
    if (LEFT_OUT.test(entry.name) || entryPath === CONTROL_FILE) continue;
    if (entry.isDirectory()) await copyTree(from, to, options, entryPath);
    else await copyOne(join(from, entryPath), join(to, entryPath), options.account);
  }
}

// What is gone by the time it is read was dropped meanwhile, a table or a database: the WAL tells the copy so, too.

async function entriesOf(directory: string): Promise<Dirent[]> {
  return readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

async function copyOne(from: string, to: string, account: ServerAccount | undefined): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    if (account) await chown(to, account.uid, account.gid);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}
