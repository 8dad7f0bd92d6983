import { setTimeout as delay } from 'node:timers/promises';
import { isLocalStackError } from '@tributary/local-stack/local-stack-error';
import { makeStandStill } from '@tributary/local-stack/postgres/stand-still';
import { type ServiceOptions, ServiceProcess } from '@tributary/local-stack/stack/service-process';
import type { FaultTarget } from './fault-target.ts';

export interface FaultyServiceOptions extends ServiceOptions {
  /** Answers 200 when it is ready. */
  readonly readyUrl: string;
  /** Told when the process ends though nobody killed it; it is started again, as by any supervisor. */
  readonly onUnexpectedEnd: (how: string) => void;
}

/** What it needs may be away for longer than it waits for that, so it may take several attempts. */
const READY_LIMIT_MS = 120_000;
const RESTART_PAUSE_MS = 500;

/** A service of ours in a process of its own, with a supervisor that brings it back when it ends by itself. */
export class FaultyService implements FaultTarget {
  readonly #options: FaultyServiceOptions;
  /** Absent while it is killed. */
  #process: ServiceProcess | undefined;

  constructor(options: FaultyServiceOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get port(): number {
    return Number(new URL(this.#options.readyUrl).port);
  }

  /** Absent while it is killed. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async start(): Promise<void> {
    const deadlineMs = performance.now() + READY_LIMIT_MS;
    for (;;) {
      const launched = this.#launch();
      try {
        await launched.waitUntilReady(this.#options.readyUrl, Math.max(0, deadlineMs - performance.now()));
        void this.#startAgainAfter(launched);
        return;
      } catch (error) {
        if (this.#process !== launched) return;
        if (!isLocalStackError(error, 'SERVICE_ENDED') || performance.now() > deadlineMs) throw error;
        await delay(RESTART_PAUSE_MS);
      }
    }
  }

  async kill(): Promise<void> {
    const killed = this.#process;
    this.#process = undefined;
    if (killed === undefined) return;
    send(killed, 'SIGKILL');
    await killed.finish().catch(() => undefined);
  }

  async restart(): Promise<void> {
    const stopped = this.#process;
    this.#process = undefined;
    await stopped?.stop();
    await this.start();
  }

  async pause(): Promise<void> {
    await makeStandStill(this.#process?.pid);
  }

  async resume(): Promise<void> {
    if (this.#process) send(this.#process, 'SIGCONT');
  }

  async #startAgainAfter(running: ServiceProcess): Promise<void> {
    await running.finish().catch(() => undefined);
    await delay(RESTART_PAUSE_MS);
    if (this.#process !== running) return;
    await this.start().catch((error: unknown) => this.#options.onUnexpectedEnd(`no start again: ${error}`));
  }

  #launch(): ServiceProcess {
    const launched = new ServiceProcess(this.#options);
    this.#process = launched;
    launched.onUnexpectedEnd((how) => {
      if (this.#process === launched) this.#options.onUnexpectedEnd(how);
    });
    return launched;
  }
}

function send({ pid }: ServiceProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
