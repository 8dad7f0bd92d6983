import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { descendantsOf, listProcesses, type ProcessEntry } from '@tributary/local-stack/postgres/processes';
import { keepTestLog } from './test-logger.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** `npm start` as a person runs it, in a process group of its own as a terminal makes one. */
export class StackProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #output = '';

  constructor(args: readonly string[]) {
    this.#child = spawn('npm', ['start', '--', ...args], {
      cwd: checkout,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.#child, 'close').then(([code]) => {
      keepTestLog(serviceLogsOf(this.#output));
      return code;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  /** All that it has printed. */
  get output(): string {
    return this.#output;
  }

  /**
   * Waits for a line that says `text`.
   * @throws Error with the output when the process ends before
   */
  async waitForOutput(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      const printed = Promise.race(
        [this.#child.stdout, this.#child.stderr].flatMap((each) => (each ? [once(each, 'data')] : [])),
      );
      const ended = await Promise.race([printed.then(() => false), this.#exit.then(() => true)]);
      if (ended && !this.#output.includes(text)) throw new Error(`ended without "${text}":\n${this.#output}`);
    }
  }

  /** Sends a signal to the whole group, as Ctrl-C does, and waits for the end. Returns the exit code. */
  async signalGroup(signal: NodeJS.Signals): Promise<number | null> {
    this.#sendToGroup(signal);
    return this.#exit;
  }

  /**
   * The same, again and again as impatient people do. npm is spared after the first time: once its script has ended, it would
   * die of the signal instead of saying how that ended.
   */
  async signalUntilEnd(signal: NodeJS.Signals): Promise<number | null> {
    const stack = (await this.descendants()).filter(({ command }) => command.includes('deploy/local/src/main.ts'));
    const ended = this.signalGroup(signal);
    for (;;) {
      const result = await Promise.race([ended, delay(100)]);
      if (result !== undefined) return result;
      for (const { pid } of await stillAlive(stack)) signalIfAlive(pid, signal);
    }
  }

  /** Waits for the end. Returns the exit code. */
  ended(): Promise<number | null> {
    return this.#exit;
  }

  /** All processes that descend from it, Postgres servers among them while it lives. */
  async descendants(): Promise<ProcessEntry[]> {
    return this.#child.pid === undefined ? [] : descendantsOf(this.#child.pid);
  }

  #sendToGroup(signal: NodeJS.Signals): void {
    // Its output may end a moment after the whole group has.
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
  }
}

/** Without what the stack tells its user, a token and a password to begin with among it. */
function serviceLogsOf(output: string): string {
  const lines = output.split('\n').filter((line) => line.startsWith('['));
  return lines.map((line) => `${line}\n`).join('');
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** Those of the processes that are still there. */
export async function stillAlive(processes: readonly ProcessEntry[]): Promise<ProcessEntry[]> {
  const now = await listProcesses();
  return processes.filter(({ pid, startedAt }) =>
    now.some((entry) => entry.pid === pid && entry.startedAt === startedAt),
  );
}
