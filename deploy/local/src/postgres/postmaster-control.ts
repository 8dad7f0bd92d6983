import { LocalStackError } from '../local-stack-error.ts';
import { childrenOf, findProcess } from './processes.ts';
import { makeStandStill } from './stand-still.ts';
import { waitUntil } from './wait-until.ts';

// Postgres puts each of its processes in a session of its own, so no signal to a group reaches them all.

const FAST_STOP_TIMEOUT_MS = 60_000;
const KILL_TIMEOUT_MS = 10_000;

/** Stops every process of a server where it stands: it answers nothing, and its connections stay open. */
export async function pausePostmaster(pid: number): Promise<void> {
  await makeStandStill(pid);
  await Promise.all((await childrenOf(pid)).map((child) => makeStandStill(child.pid)));
}

/** Lets a paused server go on. */
export async function resumePostmaster(pid: number): Promise<void> {
  for (const child of await childrenOf(pid)) signal(child.pid, 'SIGCONT');
  signal(pid, 'SIGCONT');
}

/**
 * Ends a server without warning, and returns when none of its processes is left.
 * @throws LocalStackError `SERVER_DID_NOT_STOP`
 */
export async function killPostmaster(pid: number): Promise<void> {
  // A stopped postmaster starts no children that the list would miss.
  await makeStandStill(pid);
  const pids = [pid, ...(await childrenOf(pid)).map((child) => child.pid)];
  for (const each of pids) signal(each, 'SIGKILL');
  await waitUntilGone(pids, KILL_TIMEOUT_MS);
}

/**
 * Ends a server as `pg_ctl stop -m fast` does: transactions are rolled back, clients are cut off, data is written.
 * @throws LocalStackError `SERVER_DID_NOT_STOP` after a minute
 */
export async function stopPostmaster(pid: number): Promise<void> {
  await resumePostmaster(pid);
  signal(pid, 'SIGINT');
  await waitUntilGone([pid], FAST_STOP_TIMEOUT_MS);
}

async function waitUntilGone(pids: readonly number[], timeoutMs: number): Promise<void> {
  const areGone = async (): Promise<boolean> => {
    const found = await Promise.all(pids.map(findProcess));
    return found.every((entry) => entry === undefined);
  };
  if (await waitUntil(areGone, { timeoutMs })) return;
  const advice = `End it yourself (kill -QUIT ${pids[0]}), then start again.`;
  throw new LocalStackError('SERVER_DID_NOT_STOP', `The Postgres server with pid ${pids[0]} still runs. ${advice}`);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime, which is what every caller is after or can bear.
  }
}
