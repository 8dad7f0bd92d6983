import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that runs for the whole bench. */
export interface BenchProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

export interface NodeCommand {
  readonly name: string;
  /** What follows `node` and its flags. */
  readonly args: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly core: number | undefined;
}

export interface ServerCommand extends NodeCommand {
  readonly port: number;
  /** Where its output goes. */
  readonly logFile: string;
  /** How long it may take to stop until it is killed. Default 5,000. */
  readonly stopLimitMs?: number;
  /** Answers whether it serves; it is asked until it does. */
  isReady(): Promise<boolean>;
}

/** The same for all that is measured; without it garbage collection hides what they differ in. */
export const defaultNodeFlags = ['--max-semi-space-size=64'];

const startLimitMs = 60_000;
const defaultStopLimitMs = 5_000;
const longestStopMs = 30_000;
const running = new Set<ChildProcess>();

// Whatever ends the bench, no process is left behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a server and waits until it serves.
 * @throws Error with the end of its log when it ends instead, or does not serve in time
 */
export async function startServer(command: ServerCommand): Promise<BenchProcess> {
  const log = openSync(command.logFile, 'a');
  const child = spawnNode(command, ['ignore', log, log]);
  closeSync(log);
  const stop = () => stopChild(child, command.stopLimitMs);
  const deadlineMs = performance.now() + startLimitMs;
  while (!(await command.isReady().catch(() => false))) {
    if (child.exitCode === null && child.signalCode === null && performance.now() < deadlineMs) {
      await delay(100);
      continue;
    }
    await stop();
    throw new Error(`${command.name} does not start:\n${readFileSync(command.logFile, 'utf8').slice(-2_000).trim()}`);
  }
  return { pid: child.pid ?? 0, port: command.port, [Symbol.asyncDispose]: stop };
}

/**
 * Runs a command to its end.
 * @returns what it wrote to standard output
 * @throws Error when it ends with another code than 0, or takes longer than `limitMs`
 */
export async function runToEnd(command: NodeCommand & { readonly limitMs: number }): Promise<string> {
  const child = spawnNode(command, ['ignore', 'pipe', 'pipe']);
  const chunks: string[] = [];
  const errors: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const limit = setTimeout(() => child.kill('SIGKILL'), command.limitMs);
  const [code, signal] = await once(child, 'close');
  clearTimeout(limit);
  if (code !== 0) throw new Error(`${command.name} ended with ${code ?? signal}: ${errors.join('')}${chunks.join('')}`);
  return chunks.join('');
}

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port can be had');
  return address.port;
}

function spawnNode(command: NodeCommand, stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
  const { args, nodeFlags = defaultNodeFlags, core, environment } = command;
  const node = [process.execPath, ...nodeFlags, ...args];
  const [file = '', ...rest] = core === undefined ? node : ['taskset', '--cpu-list', String(core), ...node];
  const child = spawn(file, rest, {
    stdio,
    env: { PATH: process.env['PATH'] ?? '', ...compileCache(), NODE_ENV: 'production', ...environment },
  });
  running.add(child);
  child.on('exit', () => running.delete(child));
  child.on('error', () => running.delete(child));
  return child;
}

/** Dozens of load processes start in a run; what they compile is the same. */
function compileCache(): Record<string, string> {
  const directory = process.env['NODE_COMPILE_CACHE'];
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

/** Stops whatever still runs, as somebody does who gives a measurement up. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((child) => stopChild(child, longestStopMs)));
}

async function stopChild(child: ChildProcess, stopLimitMs = defaultStopLimitMs): Promise<void> {
  if (!running.has(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await exited;
  clearTimeout(limit);
}
