import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProcessEntry } from '@tributary/local-stack/postgres/processes';
import { eventually } from '../kit/eventually.ts';
import { StackProcess, stillAlive } from '../kit/stack-process.ts';

// Below the ports that systems lend to outgoing connections.
const port = 14_000;
const url = `http://localhost:${port}/graphql`;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-stack-'));
  // Postgres runs as another user when this runs as root.
  await chmod(directory, 0o711);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('npm start', () => {
  it.each(['making an empty database cluster', 'copying main/primary', '[seed]'])(
    'gives up a start at Ctrl-C after "%s", and leaves no process and no lock',
    async (progress) => {
      const stack = start();
      await stack.waitForOutput(progress);
      const processes = await stack.descendants();
      expect(await stack.signalGroup('SIGINT')).toBe(0);
      expect(stack.output).toContain('stopped');
      expect(stack.output).not.toContain('[gateway]');
      expect(await stillAlive(processes)).toEqual([]);
      expect(await locksIn(directory)).toEqual([]);
    },
    120_000,
  );

  it('serves the graph with the printed token, and moves logical shards, and leaves no process and no lock after Ctrl-C', async () => {
    const stack = start();
    await stack.waitForOutput('Ready after');

    const token = /Bearer (\S+)'/.exec(stack.output)?.[1];
    const viewer = await ask('{ me { email orders(first: 1) { nodes { status } } } }', token);
    expect(viewer.data.me.email).toBe('demo@tributary.example');
    expect(viewer.data.me.orders.nodes).toHaveLength(1);
    const renamed = await ask('mutation { updateProfile(input: { displayName: "Renamed" }) { user { id } } }', token);
    expect(renamed.errors).toBeUndefined();

    expect(await moveShards(directory)).toContain('shard_2 has logical shards 0-99, by shard map 2');

    const processes = await stack.descendants();
    const services = processes.filter(({ command }) => /(gateway|subgraphs\/\w+)\/src\/main\.ts/.test(command));
    expect(services).toHaveLength(7);
    expect(await stack.signalGroup('SIGINT')).toBe(0);
    expect(await stillAlive(processes)).toEqual([]);
    expect(await locksIn(directory)).toEqual([]);
  }, 120_000);

  it('finds its data again, and leaves no process after SIGTERM either', async () => {
    const stack = start();
    await stack.waitForOutput('Ready after');
    const token = /Bearer (\S+)'/.exec(stack.output)?.[1];
    expect((await ask('{ me { displayName } }', token)).data.me.displayName).toBe('Renamed');

    const processes = await stack.descendants();
    expect(await stack.signalGroup('SIGTERM')).toBe(0);
    expect(await stillAlive(processes)).toEqual([]);
    expect(await locksIn(directory)).toEqual([]);
  }, 120_000);

  it('comes up again after it was killed, its services have ended with it, and a second Ctrl-C kills what does not stop', async () => {
    const killed = start();
    await killed.waitForOutput('Ready after');
    const services = (await killed.descendants()).filter(({ command }) => command.includes('/src/main.ts'));
    await killed.signalGroup('SIGKILL');

    const stack = start();
    await stack.waitForOutput('Ready after');
    await allEnd(services);

    const processes = await stack.descendants();
    const stuck = processes.find(({ command }) => command.includes('/orders/src/main.ts'));
    if (stuck === undefined) throw new Error('the subgraph orders does not run');
    process.kill(stuck.pid, 'SIGSTOP');
    expect(await stack.signalUntilEnd('SIGINT')).toBe(1);
    expect(stack.output).toContain('killing what still runs');
    expect(stack.output).not.toContain('stopped\n');
    await allEnd(processes);
  }, 120_000);

  it('names a port that is in use, says what to do, and ends with 1', async () => {
    const occupant = createServer().listen(port, '127.0.0.1');
    try {
      const stack = start();
      expect(await stack.ended()).toBe(1);
      expect(stack.output).toContain(`PORT_IN_USE: Port ${port} is in use`);
      expect(stack.output).not.toMatch(/^ +at /m);
    } finally {
      occupant.close();
    }
  }, 120_000);
});

function start(): StackProcess {
  return new StackProcess(['--port', String(port), '--data', directory]);
}

async function ask(query: string, token = '') {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return JSON.parse(await response.text());
}

/** As the README says, but with no long wait for statements that were sent by the old map: there are none. */
async function moveShards(data: string): Promise<string> {
  const args = ['run', 'shards', '--', 'move', '--shards', '0-99', '--to', 'shard_2', '--drain', '1'];
  const env = { ...process.env, TRIBUTARY_DATABASES_FILE: join(data, 'databases.json') };
  return (await promisify(execFile)('npm', args, { env })).stdout;
}

/** Who is killed, or notices that nobody is left who started it, ends a moment later. */
async function allEnd(processes: readonly ProcessEntry[]): Promise<void> {
  await eventually(
    () => stillAlive(processes),
    (left) => left.length === 0,
    { limitMs: 30_000 },
  );
}

/** Files that a running stack or server holds its data with. */
async function locksIn(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => /(^|\/)(owner\.json|postmaster\.pid)$/.test(name));
}
