import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { compileCache } from '../kit/compile-cache.ts';
import { keepTestLog } from '../kit/test-logger.ts';

const COMMAND = resolve(import.meta.dirname, '../../gateway/src/main.ts');

/** The gateway as its own process. */
export interface GatewayProcess {
  url: string;
  /** Asks it to stop and answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  readonly pid: number | undefined;
}

/**
 * Runs the gateway's command with nothing in its environment but what is given, and waits until it listens.
 * @throws Error with what it wrote when it ends instead
 */
export async function startGatewayProcess(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<GatewayProcess> {
  const env = { ...compileCache(), ...environment };
  const child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  const stderr = text(child.stderr);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', keepTestLog);
  const lines: string[] = [];
  const { promise: listening, resolve: listens } = Promise.withResolvers<string>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    const { msg, url }: { msg?: string; url?: string } = JSON.parse(line);
    if (msg === 'listening' && url) listens(url);
  });
  const ended = exited.then(async (code) => {
    throw new Error(`the gateway ended with ${code}\n${lines.join('\n')}\n${await stderr}`);
  });
  const url = await Promise.race([listening, ended]);
  ended.catch(() => undefined);
  return {
    url,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    pid: child.pid,
  };
}
