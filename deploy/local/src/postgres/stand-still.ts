import { readdir, readFile } from 'node:fs/promises';
import { findProcess } from './processes.ts';
import { waitUntil } from './wait-until.ts';

const TIMEOUT_MS = 5_000;

/**
 * Stops a process where it stands (SIGSTOP), and returns when all of its threads do, after 5 seconds at the latest: on a busy machine a
 * thread goes on until it is given a processor on which to stop. One that has ended, or never began, is left
 * alone.
 */
export async function makeStandStill(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGSTOP');
  } catch {
    return;
  }
  await waitUntil(() => standsStill(pid), { timeoutMs: TIMEOUT_MS, intervalMs: 1 });
}

async function standsStill(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return (await findProcess(pid))?.isStopped ?? true;
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const states = await Promise.all(threads.map((thread) => stateOf(`/proc/${pid}/task/${thread}/stat`)));
  return states.every((state) => state === undefined || 'TZX'.includes(state));
}

/** Of the form of proc(5): the state follows the name in parentheses, which may hold both blanks and parentheses. */
async function stateOf(file: string): Promise<string | undefined> {
  const stat = await readFile(file, 'utf8').catch(() => undefined);
  return stat?.at(stat.lastIndexOf(')') + 2);
}
