import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalStackError } from '../local-stack-error.ts';
import { checkoutDirectory } from './checkout.ts';
import { renderLogLine } from './log-line.ts';

/** How a service, or a command that runs once, is started. */
export interface ServiceOptions {
  readonly name: string;
  /** The TypeScript file, from the checkout's folder. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
}

const STOP_LIMIT_MS = 15_000;
const endWithParent = join(import.meta.dirname, 'end-with-parent.ts');

/** A Node process of the stack, with its output prefixed by its name. It is in its own group: Ctrl-C reaches the stack alone. */
export class ServiceProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #isStopping = false;

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.#child = spawn(
      process.execPath,
      ['--import', endWithParent, join(checkoutDirectory, options.entry), ...(options.args ?? [])],
      {
        cwd: checkoutDirectory,
        env: { ...process.env, ...options.environment },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        detached: true,
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream)
        createInterface({ input: stream }).on('line', (line) => options.print(renderLogLine(this.name, line)));
    }
    this.#ended = describeEnd(this.#child);
  }

  /** Absent when the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Calls back, with how it ended, when the process ends without having been asked to. */
  onUnexpectedEnd(callback: (how: string) => void): void {
    void this.#ended.then((how) => {
      if (!this.#isStopping) callback(how);
    });
  }

  /**
   * Waits until the process ends by itself.
   *
   * @throws LocalStackError `SERVICE_ENDED` unless it ends with exit code 0
   */
  async finish(): Promise<void> {
    const how = await this.#ended;
    if (how !== 'exit code 0') throw this.#endedError(how);
  }

  /**
   * Waits until `url` answers 200.
   *
   * @throws LocalStackError `SERVICE_ENDED` when the process ends before, `SERVICE_NOT_READY` after `limitMs`
   */
  waitUntilReady(url: string, limitMs: number): Promise<void> {
    return this.waitUntil(async () => {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
        const text = await response.text();
        return response.ok ? undefined : text;
      } catch {
        return 'it does not listen';
      }
    }, limitMs);
  }

  /**
   * Waits until the process is ready.
   *
   * @param whyNot asked again and again; undefined says that it is
   * @throws LocalStackError `SERVICE_ENDED` when the process ends before, `SERVICE_NOT_READY` after `limitMs`
   */
  async waitUntil(whyNot: () => Promise<string | undefined>, limitMs: number): Promise<void> {
    const deadline = Date.now() + limitMs;
    let why: string | undefined;
    while (Date.now() < deadline) {
      const ended = await Promise.race([this.#ended, delay(50)]);
      if (ended !== undefined) throw this.#endedError(ended);
      why = await whyNot();
      if (why === undefined) return;
    }
    throw new LocalStackError('SERVICE_NOT_READY', `${this.name} is not ready after ${limitMs / 1000} s: ${why}`);
  }

  /** Asks the process to stop and waits; one that does not within 15 s is killed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #endedError(how: string): LocalStackError {
    return new LocalStackError('SERVICE_ENDED', `${this.name} ended with ${how}; its lines above say why.`);
  }
}

async function describeEnd(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit');
    return code === null ? `signal ${signal}` : `exit code ${code}`;
  } catch (error) {
    return `the error ${error}`;
  }
}
