import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../kit/eventually.ts';
import type { FaultTarget } from '../../kit/faults/fault-target.ts';
import type { Disturbed } from '../../kit/tcp-proxy.ts';
import { HARMS, type Harm } from './cell.ts';
import { watchForHarm } from './harm-proof.ts';

const LISTEN =
  "const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));";
/** A child of the same program, which ends when its parent does. */
const WITH_CHILD = "require('node:child_process').spawn(process.execPath, ['-e', 'process.stdin.resume()']);";

let server: ChildProcess;
let port: number;

beforeEach(() => startServer(LISTEN));
afterEach(() => void server.kill('SIGKILL'));

async function startServer(script: string): Promise<void> {
  server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = server.stdout ? await once(server.stdout, 'data') : [];
  port = Number(line);
}

async function nothing(): Promise<void> {}

/** A target that harms whom it should not, or nobody. */
function targetWith(harms: Partial<FaultTarget>, disturbed: Disturbed = { connections: 0, bytesHeldBack: 0 }) {
  const connections = { disturb: () => undefined, disturbed: () => disturbed };
  const target: FaultTarget = { name: 'redis', port, kill: nothing, start: nothing, pause: nothing, resume: nothing };
  return { ...target, connections, ...harms };
}

describe('the proof of a harm', () => {
  it.each(HARMS)('is not there when nothing was done that is called %s', async (harm: Harm) => {
    const prove = await watchForHarm(targetWith({}), harm);

    expect((await prove()).isDone).toBe(false);
  });

  it('is not there for somebody who was away before', async () => {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    const prove = await watchForHarm(targetWith({}), 'killed');

    expect(await prove()).toEqual({ isDone: false, found: `nobody listened to port ${port} even before` });
  });

  it('is the end of the process that listened, and that its port refuses', async () => {
    const prove = await watchForHarm(targetWith({}), 'killed');
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;

    expect(await prove()).toEqual({ isDone: true, found: `process ${server.pid} is gone, port ${port} refuses` });
  });

  it('is that the process that listens stands still', async () => {
    const prove = await watchForHarm(targetWith({}), 'paused');
    server.kill('SIGSTOP');

    const proof = await eventually(prove, ({ isDone }) => isDone);
    expect(proof.found).toBe(`1 of 1 processes of ${server.pid} stand still`);
  });

  it('is not there while a process of the server goes on', async () => {
    server.kill('SIGKILL');
    await startServer(WITH_CHILD + LISTEN);
    const prove = await watchForHarm(targetWith({}), 'paused');
    server.kill('SIGSTOP');

    const proof = await eventually(prove, ({ found }) => found.startsWith('1 of 2 '));
    expect(proof.isDone).toBe(false);
  });

  it.each([
    ['slow', { connections: 2, bytesHeldBack: 0 }, false],
    ['slow', { connections: 2, bytesHeldBack: 9 }, true],
    ['stalled', { connections: 0, bytesHeldBack: 0 }, false],
    ['stalled', { connections: 1, bytesHeldBack: 9 }, true],
    ['reset', { connections: 1, bytesHeldBack: 0 }, true],
  ] as const)('is, for %s, what the proxy counted: %j', async (harm, disturbed, isDone) => {
    const prove = await watchForHarm(targetWith({}, disturbed), harm);

    expect((await prove()).isDone).toBe(isDone);
  });
});
