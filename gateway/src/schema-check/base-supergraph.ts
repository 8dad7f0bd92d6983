import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SDL_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * The supergraph to compare with: a file, or what a git ref has committed as its supergraph.
 * @param against a path, or anything that `git show` takes
 * @param supergraphFile where the repository keeps its composed supergraph
 * @throws Error saying that it is neither
 */
export async function readBaseSupergraph(against: string, supergraphFile: string): Promise<string> {
  const isFile = await stat(against).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return readFile(against, 'utf8');
  const git = async (...args: string[]) =>
    (await run('git', args, { cwd: resolve(supergraphFile, '..'), maxBuffer: SDL_LIMIT_BYTES })).stdout;
  try {
    const root = (await git('rev-parse', '--show-toplevel')).trim();
    return await git('show', `${against}:${relative(root, supergraphFile)}`);
  } catch (error) {
    const reason = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`${against} is no file, and git has no supergraph there: ${reason}`, { cause: error });
  }
}
