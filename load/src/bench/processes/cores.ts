import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which core each part of a run has for itself; `undefined` leaves it to the operating system. */
export interface Cores {
  readonly gateway: number | undefined;
  readonly subgraphs: number | undefined;
  readonly load: number | undefined;
  /** For the report. */
  readonly description: string;
}

/** The gateway measured gets a core of its own; subgraphs and load share one where there are only two. */
export function assignCores(): Cores {
  const [gateway, subgraphs, load = subgraphs] = allowedCores();
  if (subgraphs === undefined || spawnSync('taskset', ['--version']).error) {
    return { gateway: undefined, subgraphs: undefined, load: undefined, description: 'not pinned' };
  }
  const description = `gateway on ${gateway}, subgraphs on ${subgraphs}, load on ${load}`;
  return { gateway, subgraphs, load, description };
}

/** Keeps this process off the gateway's core. */
export function moveTo(core: number | undefined): void {
  if (core !== undefined)
    execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', String(core), `${process.pid}`]);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function allowedCores(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, list = ''] = /^Cpus_allowed_list:\s*(.*)$/m.exec(status) ?? [];
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
