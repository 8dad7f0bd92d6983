import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from './admin-connection.ts';
import type { Cluster } from './cluster.ts';
import { systemIdentifierOf } from './data-directory.ts';
import { freePort } from './ports.ts';
import type { PostgresServer } from './postgres-server.ts';
import { postmasterFileIn, runningPostmaster } from './postmaster-file.ts';
import { childrenOf, findProcess, listProcesses } from './processes.ts';
import { startTopology, type Topology } from './topology.ts';
import { waitUntil } from './wait-until.ts';

// One topology for the whole file: the tests follow each other, and each leaves every server running.

const CLUSTER = { name: 'main', replicas: 2, databases: ['catalog', 'shard_a'] };

let directory: string;
let topology: Topology;
let progress: string[] = [];

async function start(): Promise<Topology> {
  progress = [];
  return startTopology({ directory, clusters: [CLUSTER], isDurable: false, onProgress: (line) => progress.push(line) });
}

function cluster(): Cluster {
  const main = topology.clusters.get('main');
  if (!main) throw new Error('The topology lost its cluster.');
  return main;
}

function replica(index: number): PostgresServer {
  const found = cluster().replicas[index];
  if (!found) throw new Error(`There is no replica ${index}.`);
  return found;
}

async function query(server: PostgresServer, sql: string): Promise<unknown[]> {
  return withConnection(server.urlOf('catalog'), async (client) =>
    (await client.query({ text: sql, rowMode: 'array' })).rows.flat(),
  );
}

const insert = (value: number): Promise<unknown[]> => query(cluster().primary, `INSERT INTO written VALUES (${value})`);
const readAll = (server: PostgresServer): Promise<unknown[]> =>
  query(server, 'SELECT value FROM written ORDER BY value');

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-postgres-'));
  topology = await start();
  await query(cluster().primary, 'CREATE TABLE written (value int PRIMARY KEY)');
}, 60_000);

afterAll(async () => {
  await topology.stop();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

describe('a primary with two replicas', () => {
  it('streams what the primary writes to both replicas, which take no writes', async () => {
    await insert(1);
    await cluster().waitForReplicas();
    for (const server of cluster().replicas) {
      expect(await readAll(server)).toEqual([1]);
      expect(await query(server, 'SELECT pg_is_in_recovery()')).toEqual([true]);
      await expect(query(server, 'INSERT INTO written VALUES (99)')).rejects.toMatchObject({ code: '25006' });
    }
  });

  it('gives the application its databases and their statistics, but no superuser and no server files', async () => {
    const { primary } = cluster();
    await query(primary, 'CREATE EXTENSION citext');
    await query(primary, 'CREATE EXTENSION pg_trgm');
    expect(
      await query(primary, "SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE 'CREATE EXTENSION%'"),
    ).toEqual([true]);
    expect(await query(primary, "SELECT rolsuper FROM pg_roles WHERE rolname = 'tributary'")).toEqual([false]);
    await expect(query(primary, "SELECT pg_read_file('PG_VERSION')")).rejects.toMatchObject({ code: '42501' });
    expect((await stat(join(directory, 'credentials.json'))).mode & 0o777).toBe(0o600);
  });

  it('refuses a wrong password, and the replication role as a client', async () => {
    const url = new URL(cluster().primary.urlOf('catalog'));
    url.password = 'wrong';
    await expect(withConnection(url.href, async () => undefined)).rejects.toMatchObject({ code: '28P01' });
    url.username = 'replicator';
    await expect(withConnection(url.href, async () => undefined)).rejects.toMatchObject({ code: '28000' });
  });

  it('makes a database from a template, with its tables and owned by the application', async () => {
    await cluster().createDatabase('catalog_copy', { template: 'catalog' });
    await cluster().waitForReplicas();
    await withConnection(replica(0).urlOf('catalog_copy'), async (client) => {
      const { rows } = await client.query('SELECT tableowner FROM pg_tables WHERE tablename = $1', ['written']);
      expect(rows).toEqual([{ tableowner: 'tributary' }]);
    });
    await expect(cluster().createDatabase('catalog_copy')).rejects.toMatchObject({ code: '42P04' });
  });
});

describe('a server that fails', () => {
  it('is gone with all its processes when killed, and catches up when started again', async () => {
    const pid = (await runningPostmaster(replica(0).files.data)) ?? 0;
    const processes = [pid, ...(await childrenOf(pid)).map((child) => child.pid)];
    expect(processes.length).toBeGreaterThan(3);
    await replica(0).kill();
    expect(await Promise.all(processes.map(findProcess))).toEqual(processes.map(() => undefined));
    expect(replica(0).isRunning()).toBe(false);
    await insert(2);

    await replica(0).start();
    await cluster().waitForReplicas();
    expect(await readAll(replica(0))).toEqual([1, 2]);
  });

  it('answers nothing while paused, keeps its connections, and goes on when resumed', async () => {
    await withConnection(replica(1).urlOf('catalog'), async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await replica(1).pause();
      const answer = client.query('SELECT pg_backend_pid() AS pid');
      await insert(3);
      await expect(cluster().waitForReplicas(200)).rejects.toMatchObject({ code: 'REPLICA_NOT_STREAMING' });
      await replica(1).resume();
      expect((await answer).rows).toEqual(rows);
    });
    await cluster().waitForReplicas();
    expect(await readAll(replica(1))).toEqual([1, 2, 3]);
  });

  it('is reported when nobody stopped it, and starts again on the same port once its last query has ended', async () => {
    const { port, files, name } = replica(0);
    const busy = query(replica(0), 'SELECT /* busy */ sum(i) FROM generate_series(1, 4000000) i').catch(
      (error) => error,
    );
    const isBusy =
      "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'SELECT /* busy */%' AND state = 'active'";
    expect(await waitUntil(async () => (await query(replica(0), isBusy))[0] === true, { timeoutMs: 5_000 })).toBe(true);
    process.kill((await runningPostmaster(files.data)) ?? 0, 'SIGKILL');
    expect(await waitUntil(() => !replica(0).isRunning(), { timeoutMs: 5_000 })).toBe(true);
    expect(progress.at(-1)).toContain(`${name}: Postgres ended unexpectedly (SIGKILL)`);
    await replica(0).start();
    await busy;
    expect(replica(0).port).toBe(port);
    await cluster().waitForReplicas();
  });

  it('brings its streaming back when the primary was away', async () => {
    await cluster().primary.kill();
    expect(await readAll(replica(0))).toEqual([1, 2, 3]);
    await cluster().primary.start();
    await insert(4);
    await cluster().waitForReplicas();
    expect(await readAll(replica(1))).toEqual([1, 2, 3, 4]);
  });
});

describe('starting again', () => {
  const identifier = (): Promise<bigint> => systemIdentifierOf(cluster().primary.files.data);

  it('leaves no process and no lock when stopped, and uses the same data when started', async () => {
    const before = await identifier();
    await topology.stop();
    expect((await listProcesses()).filter((entry) => entry.command.includes(directory))).toEqual([]);
    for (const server of [cluster().primary, ...cluster().replicas]) {
      await expect(stat(postmasterFileIn(server.files.data))).rejects.toMatchObject({ code: 'ENOENT' });
    }
    await expect(stat(join(directory, 'owner.json'))).rejects.toMatchObject({ code: 'ENOENT' });

    topology = await start();
    expect(progress).toEqual([]);
    expect(await identifier()).toBe(before);
    expect(await readAll(replica(1))).toEqual([1, 2, 3, 4]);
  });

  it('makes a writable server of a promoted replica, and copies that one anew at the next start', async () => {
    await replica(0).promote();
    await query(replica(0), 'INSERT INTO written VALUES (1000)');
    await insert(5);
    await topology.stop();

    topology = await start();
    expect(progress).toEqual(['main/replica-1: copying main/primary']);
    expect(await readAll(replica(0))).toEqual([1, 2, 3, 4, 5]);
  });

  it('copies a replica anew whose data is not usable', async () => {
    const { data } = replica(1).files;
    await topology.stop();
    await rm(join(data, 'global'), { recursive: true });

    topology = await start();
    expect(progress).toEqual(['main/replica-2: copying main/primary']);
    expect(await readAll(replica(1))).toEqual([1, 2, 3, 4, 5]);
  });

  it('refuses a directory that a live process uses, and leaves that process its servers', async () => {
    await expect(start()).rejects.toMatchObject({
      code: 'DIRECTORY_IN_USE',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
    await insert(6);
  });

  it('stops what a killed parent left running, and goes on with its data', async () => {
    await topology.stop();
    const parent = await startInAnotherProcess();
    const orphan = (await runningPostmaster(cluster().primary.files.data)) ?? 0;
    const hasEnded = once(parent, 'exit');
    // The whole group, as Ctrl-C in a terminal would reach it: Postgres must not be part of it.
    process.kill(-(parent.pid ?? 0), 'SIGKILL');
    await hasEnded;
    expect(await findProcess(orphan)).toBeDefined();

    topology = await start();
    expect(progress).toContainEqual(expect.stringContaining(`left behind (pid ${orphan}`));
    expect(await findProcess(orphan)).toBeUndefined();
    expect(await readAll(replica(0))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  async function startInAnotherProcess(): Promise<ChildProcess> {
    const options = { directory, clusters: [CLUSTER], isDurable: false };
    const script = join(directory, 'start.ts');
    await writeFile(
      script,
      `import { startTopology } from '${new URL('./topology.ts', import.meta.url).href}';
       await startTopology({ ...${JSON.stringify(options)}, onProgress: () => undefined });
       console.log('up');`,
    );
    const parent = spawn(process.execPath, [script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface(parent.stdout), 'line');
    expect(line).toBe('up');
    return parent;
  }
});

describe('what a person can put right', () => {
  let elsewhere: string;
  const startElsewhere = (port?: number): Promise<Topology> =>
    startTopology({
      directory: elsewhere,
      clusters: [{ name: 'other', replicas: 0, databases: [], ...(port ? { port } : {}) }],
      isDurable: false,
      onProgress: () => undefined,
      resetCommand: 'npm run reset -- --data /elsewhere',
    });

  beforeAll(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'tributary-postgres-'));
  });
  afterAll(() => rm(elsewhere, { recursive: true, force: true }));

  it('names the port that is in use and who uses it, leaves nothing running, and works once it is free', async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    await expect(startElsewhere(port)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`Port ${port} is in use by pid ${process.pid} `)),
    });
    expect((await listProcesses()).filter((entry) => entry.command.includes(elsewhere))).toEqual([]);
    squatter.close();

    const other = await startElsewhere(port);
    expect(other.clusters.get('other')?.primary.port).toBe(port);
    await other.stop();
  });

  it('begins anew where the first start was interrupted before its data was complete', async () => {
    await rm(join(elsewhere, 'other'), { recursive: true });
    const giveUp = new AbortController();
    await expect(
      startTopology({
        directory: elsewhere,
        clusters: [{ name: 'other', replicas: 0, databases: [] }],
        isDurable: false,
        onProgress: () => setImmediate(() => giveUp.abort()),
        signal: giveUp.signal,
      }),
    ).rejects.toThrow('aborted');
    await (await startElsewhere()).stop();
  });

  it('does not touch data that it can not use, and says how to begin anew', async () => {
    const version = join(elsewhere, 'other', 'primary', 'data', 'PG_VERSION');
    await writeFile(version, '17\n');
    await expect(startElsewhere()).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_DAMAGED',
      message: expect.stringContaining('`npm run reset -- --data /elsewhere`'),
    });
    expect(await readFile(version, 'utf8')).toBe('17\n');
    await writeFile(version, '18\n');
  });

  it('shows the end of the log of a server that does not come up', async () => {
    const settings = join(elsewhere, 'other', 'primary', 'data', 'postgresql.auto.conf');
    await writeFile(settings, "shared_buffers = 'plenty'\n");
    await expect(startElsewhere()).rejects.toMatchObject({
      code: 'SERVER_DID_NOT_START',
      message: expect.stringContaining('invalid value for parameter "shared_buffers": "plenty"'),
    });
  });
});
