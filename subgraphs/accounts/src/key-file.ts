import { readFile } from 'node:fs/promises';
import { StartError } from '@tributary/runtime/lifecycle/start-error';

/**
 * The text of the file with the key that signs access tokens.
 *
 * @throws StartError that names the file when it cannot be read
 */
export async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`cannot read the key that signs access tokens: ${reason}`, { exitCode: 2, cause });
  }
}
