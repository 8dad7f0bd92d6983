import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed when it is disposed of, and however else the process ends. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** @param name how the folder's name begins */
export async function temporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  const removeAtExit = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', removeAtExit);
  // Postgres runs as another user when this runs as root.
  await chmod(path, 0o711);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
      process.removeListener('exit', removeAtExit);
    },
  };
}
