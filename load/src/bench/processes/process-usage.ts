import { readdirSync, readFileSync } from 'node:fs';

/** What a process and its descendants have used, those included that have ended. */
export interface ProcessUsage {
  readonly cpuMs: number;
  /** Resident, now. */
  readonly residentBytes: number;
}

/** The unit of times in `/proc`: USER_HZ is 100 on every architecture that Node runs on. */
const tickMs = 10;
const pageBytes = 4_096;

/**
 * From the operating system, which counts every thread: garbage collection and compilation too.
 * @throws Error when the process is gone
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function processUsage(pid: number): ProcessUsage {
  const all = readAll();
  if (!all.has(pid)) throw new Error(`process ${pid} is gone`);
  const usage = { cpuMs: 0, residentBytes: 0 };
  for (const [each, stat] of all) {
    if (!isWithin(each, pid, all)) continue;
    usage.cpuMs += stat.cpuMs;
    usage.residentBytes += stat.residentBytes;
  }
  return usage;
}

interface Stat extends ProcessUsage {
  readonly parent: number;
}

function isWithin(pid: number, ancestor: number, all: ReadonlyMap<number, Stat>): boolean {
  for (let each: number | undefined = pid; each !== undefined; each = all.get(each)?.parent) {
    if (each === ancestor) return true;
  }
  return false;
}

function readAll(): Map<number, Stat> {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = readStat(pid);
    if (stat) all.set(pid, stat);
  }
  return all;
}

/** `undefined` for a process that has just ended. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the command stands in parentheses and may hold spaces; what follows starts with the third field.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    // Its own times, then those of its children that have ended, as the connections of a database do.
    const ticks = field(14) + field(15) + field(16) + field(17);
    return { parent: field(4), cpuMs: ticks * tickMs, residentBytes: field(24) * pageBytes };
  } catch {
    return undefined;
  }
}
