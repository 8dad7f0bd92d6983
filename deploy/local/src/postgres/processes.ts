import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One process of this machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** When it started, in the system's own notation: together with the pid it names one process for ever. */
  readonly startedAt: string;
  /** Whether it stands still, as after SIGSTOP. */
  readonly isStopped: boolean;
  readonly command: string;
}

/** The live process of that id, or undefined. A zombie has ended: where nobody reaps it, it would stay for ever. */
export async function findProcess(pid: number): Promise<ProcessEntry | undefined> {
  if (process.platform === 'linux') return readProc(pid);
  return (await readPs(['-p', String(pid)])).at(0);
}

/** The live children of a process, not theirs in turn. */
export async function childrenOf(parentPid: number): Promise<ProcessEntry[]> {
  return (await listProcesses()).filter((entry) => entry.parentPid === parentPid);
}

/** The live processes that descend from a process: its children, theirs, and so on. */
export async function descendantsOf(ancestor: number): Promise<ProcessEntry[]> {
  const entries = await listProcesses();
  const family = new Set([ancestor]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parentPid } of entries) if (family.has(parentPid)) family.add(pid);
  }
  return entries.filter(({ pid }) => family.has(pid) && pid !== ancestor);
}

/** Every live process that the caller may see. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform !== 'linux') return readPs(['-A']);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map((pid) => readProc(Number(pid))));
  return entries.filter((entry) => entry !== undefined);
}

/** Read from /proc, because slim images carry no `ps`. Fields as in proc(5). */
async function readProc(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The second field is the program's name in parentheses, and it may hold both blanks and parentheses.
    const [state, parentPid, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return {
      pid,
      parentPid: Number(parentPid),
      startedAt: rest[17] ?? '',
      isStopped: state === 'T',
      command: commandLine.replaceAll('\0', ' ').trim(),
    };
  } catch {
    return undefined;
  }
}

async function readPs(selection: string[]): Promise<ProcessEntry[]> {
  const columns = ['pid', 'ppid', 'stat', 'lstart', 'command'].flatMap((name) => ['-o', `${name}=`]);
  const { stdout } = await run('ps', [...selection, ...columns]).catch(() => ({ stdout: '' }));
  const line = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/;
  return stdout.split('\n').flatMap((text) => {
    const [, pid, parentPid, state, startedAt, command] = line.exec(text) ?? [];
    if (!pid || !parentPid || !startedAt || state?.startsWith('Z')) return [];
    const isStopped = state?.startsWith('T') ?? false;
    return [{ pid: Number(pid), parentPid: Number(parentPid), startedAt, isStopped, command: command ?? '' }];
  });
}
