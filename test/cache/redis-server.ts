import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeStandStill } from '@tributary/local-stack/postgres/stand-still';
import { connectInBackground, createRedisClient, disconnect } from '@tributary/runtime/cache/redis-connection';
import { eventually } from '../kit/eventually.ts';
import { requireRedisServer } from './redis-program.ts';

/** A Redis server of this test alone, in memory only. */
export interface TestRedis {
  readonly url: string;
  /** Freezes it: connections stay, answers don't come. */
  pause(): Promise<void>;
  resume(): void;
  /** Ends it as a crash does; `start` brings it back at the same port, empty. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Runs one command as an operator does. */
  run(...command: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Starts a Redis server on a free port of 127.0.0.1, installing the program first where it is missing and may be.
 * @param settings more of the command line: `--maxmemory`, `1mb`
 * @throws LocalStackError `SYSTEM_SERVER_MISSING` with the line to run
 */
export async function startTestRedis(...settings: string[]): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-redis-'));
  const program = await requireRedisServer(join(directory, 'install.log'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  async function run(...command: string[]): Promise<unknown> {
    const client = createRedisClient({ url, onError: () => undefined });
    try {
      await connectInBackground(client);
      return await client.sendCommand(command);
    } finally {
      disconnect(client);
    }
  }

  async function start(): Promise<void> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory];
    server = spawn(program, [...own, ...settings], { stdio: 'ignore' });
    await eventually(
      () => run('PING').catch(() => undefined),
      (answer) => answer === 'PONG',
    );
  }

  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  await start();
  return {
    url,
    pause: () => makeStandStill(server?.pid),
    resume: () => void server?.kill('SIGCONT'),
    kill,
    start,
    run,
    close: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A TCP port of 127.0.0.1 that nobody listens to. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  return address.port;
}
