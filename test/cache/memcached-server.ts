import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeStandStill } from '@tributary/local-stack/postgres/stand-still';
import { eventually } from '../kit/eventually.ts';
import { requireMemcached } from './redis-program.ts';
import { freePort } from './redis-server.ts';

/** A memcached server of this test alone. */
export interface TestMemcached {
  /** `host:port` */
  readonly host: string;
  pause(): Promise<void>;
  resume(): void;
  kill(): Promise<void>;
  /** Starts it again at the same port, empty. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts memcached on a free port of 127.0.0.1, installing the program first where it is missing and may be.
 * @throws LocalStackError `SYSTEM_SERVER_MISSING` with the line to run
 */
export async function startTestMemcached(): Promise<TestMemcached> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-memcached-'));
  const program = await requireMemcached(join(directory, 'install.log'));
  const port = await freePort();
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', '16', '-u', 'nobody'];
    server = spawn(program, settings, { stdio: 'ignore' });
    await eventually(
      () => canConnect(port),
      (isUp) => isUp,
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
    host: `127.0.0.1:${port}`,
    pause: () => makeStandStill(server?.pid),
    resume: () => void server?.kill('SIGCONT'),
    kill,
    start,
    close: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
