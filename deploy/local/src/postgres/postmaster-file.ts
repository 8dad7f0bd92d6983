import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../local-stack-error.ts';
import { findProcess } from './processes.ts';

/** What a server writes about itself in `postmaster.pid` of its data directory. */
export interface PostmasterFile {
  readonly pid: number;
  /** True once it takes connections, which for a standby means reads. */
  readonly isReady: boolean;
}

/** Where the server of a data directory writes about itself. */
export function postmasterFileIn(dataDirectory: string): string {
  return join(dataDirectory, 'postmaster.pid');
}

/** Reads `postmaster.pid`, whose lines are fixed by miscadmin.h: the pid is the first, the status the eighth. */
export async function readPostmasterFile(dataDirectory: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(postmasterFileIn(dataDirectory), 'utf8').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined;
}

/** The pid of the server that runs on this data directory, whoever started it; undefined when none does. */
export async function runningPostmaster(dataDirectory: string): Promise<number | undefined> {
  const file = await readPostmasterFile(dataDirectory);
  const entry = file && (await findProcess(file.pid));
  // The file outlives a crash, and its pid may be another program's by now.
  return entry?.command.includes(dataDirectory) ? entry.pid : undefined;
}
