import { glob, readFile } from 'node:fs/promises';

/**
 * The processes of the database servers whose folders are somewhere in a directory, by what each writes of itself in its data.
 * @throws Error when there is none
 */
export async function postmasterPids(directory: string): Promise<number[]> {
  const pids: number[] = [];
  for await (const entry of glob('**/postmaster.pid', { cwd: directory, withFileTypes: true })) {
    const [first] = (await readFile(`${entry.parentPath}/${entry.name}`, 'utf8')).split('\n');
    pids.push(Number(first));
  }
  if (pids.length === 0) throw new Error(`no database server runs in ${directory}`);
  return pids;
}
