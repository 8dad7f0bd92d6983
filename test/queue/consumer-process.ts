import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('consumer-program.ts', import.meta.url));

export interface ConsumerOptions {
  readonly url: string;
  readonly queue: string;
  readonly eventName: string;
  /** Where it notes what it begins to handle. */
  readonly file: string;
}

/** What a consumer process began to handle. */
export interface Begun {
  readonly pid: number;
  readonly aggregateId: string;
  readonly step: number;
}

/** A consumer of a queue in a process of its own. */
export interface ConsumerProcess {
  readonly pid: number;
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** Starts one, and resolves when it consumes. */
export async function startConsumer({ url, queue, eventName, file }: ConsumerOptions): Promise<ConsumerProcess> {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, url, queue, eventName, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  // One that ends at the first message may not come to say that it consumes.
  if (child.stdout) await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    pid: child.pid ?? 0,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What was begun so far by all consumers that note it in a file, in the order in which it was. */
export async function readBegun(file: string): Promise<Begun[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [pid, aggregateId = '', step] = line.split(' ');
      return { pid: Number(pid), aggregateId, step: Number(step) };
    });
}

/** The steps of each aggregate as an inbox lets them through: each once, in the order in which it came first. */
export function firstSteps(begun: readonly Begun[]): Map<string, number[]> {
  const steps = new Map<string, Set<number>>();
  for (const { aggregateId, step } of begun) {
    const seen = steps.get(aggregateId) ?? new Set();
    steps.set(aggregateId, seen.add(step));
  }
  return new Map([...steps].map(([aggregateId, seen]) => [aggregateId, [...seen]]));
}
