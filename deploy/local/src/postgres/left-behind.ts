import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stopPostmaster } from './postmaster-control.ts';
import { postmasterFileIn, runningPostmaster } from './postmaster-file.ts';
import { serverFilesIn } from './server-files.ts';

/**
 * Clears what a run that was killed left on a data directory: perhaps the server itself, at least its lock file, whose
 * pid may be another program's by now and would keep a new server from starting.
 * @throws LocalStackError `SERVER_DID_NOT_STOP`
 */
export async function endLeftBehindServer(dataDirectory: string, onProgress: (line: string) => void): Promise<void> {
  const pid = await runningPostmaster(dataDirectory);
  if (pid !== undefined) {
    onProgress(`stopping the Postgres server that an earlier run left behind (pid ${pid}, ${dataDirectory})`);
    await stopPostmaster(pid);
  }
  await rm(postmasterFileIn(dataDirectory), { force: true });
}

/** The same for every server of a topology, those included that the topology no longer has. */
export async function endLeftBehindServers(directory: string, onProgress: (line: string) => void): Promise<void> {
  for (const cluster of await foldersIn(directory)) {
    const servers = await foldersIn(join(directory, cluster));
    await Promise.all(
      servers.map((server) => endLeftBehindServer(serverFilesIn(join(directory, cluster, server)).data, onProgress)),
    );
  }
}

async function foldersIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
