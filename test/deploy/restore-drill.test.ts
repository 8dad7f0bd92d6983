import { appendFile, cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { copyPrimary } from '@tributary/local-stack/postgres/base-copy';
import type { Cluster } from '@tributary/local-stack/postgres/cluster';
import { type ServerAccount, serverAccount } from '@tributary/local-stack/postgres/server-account';
import { makeOwnedDirectory, makeTopologyDirectory, serverFilesIn } from '@tributary/local-stack/postgres/server-files';
import { startTopology, type Topology } from '@tributary/local-stack/postgres/topology';
import { openDatabases } from '@tributary/prisma/clients/databases';
import { migrateAll } from '@tributary/prisma/migrations/migrate-all';
import { seedDatabases } from '@tributary/prisma/seed/seed-databases';
import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { eventually } from '../kit/eventually.ts';

const CLUSTER = 'main';
const DATABASES = ['catalog', 'shard_0'];
const SIZE = { users: 200, merchants: 5, products: 100, orders: 600, reviews: 500 };

const scope = new Scope();
let account: ServerAccount | undefined;
let directory: string;
let archive: string;

beforeAll(async () => {
  account = await serverAccount();
  directory = await mkdtemp(join(tmpdir(), 'tributary-drill-'));
  scope.own(directory, (path) => rm(path, { recursive: true, force: true }), 'temporary folder');
  await makeTopologyDirectory(directory, account);
  archive = join(directory, 'archive');
  await makeOwnedDirectory(archive, account);
});
afterAll(() => scope.release(), 60_000);

async function start(name: string): Promise<{ cluster: Cluster; stop: Topology['stop'] }> {
  const clusters = [{ name: CLUSTER, replicas: 0, databases: DATABASES }];
  const topology = scope.own(
    await startTopology({ directory: join(directory, name), clusters, isDurable: false, onProgress: () => undefined }),
  );
  const cluster = topology.clusters.get(CLUSTER);
  if (!cluster) throw new Error('the topology lost its cluster');
  return { cluster, stop: topology.stop };
}

function configOf({ primary }: Cluster): DatabasesConfig {
  const at = (database: string) => ({ primary: primary.urlOf(database), replicas: [] });
  return { catalog: at('catalog'), shards: { shard_0: at('shard_0') } };
}

/** One value. */
async function ask(cluster: Cluster, database: string, sql: string): Promise<string> {
  const { rows } = await withConnection(cluster.primary.adminUrlOf(database), (client) =>
    client.query<{ value: string }>(sql),
  );
  return rows[0]?.value ?? '';
}

/** The command of `deploy/docker`, with this folder in place of its volume. */
async function archiveCommand(): Promise<string> {
  const file = fileURLToPath(new URL('../../deploy/docker/postgres/postgresql.conf', import.meta.url));
  const [, command] = /^archive_command = '(.*)'$/m.exec(await readFile(file, 'utf8')) ?? [];
  if (command === undefined) throw new Error('nothing is archived');
  return command.replaceAll('/archive/', `${archive}/`);
}

/** Has a server put its log aside, as the committed configuration has it. */
async function beginToArchive({ primary }: Cluster): Promise<void> {
  const command = await archiveCommand();
  await withConnection(primary.adminUrlOf('postgres'), async (client) => {
    await client.query("ALTER SYSTEM SET archive_mode = 'on'");
    await client.query(`ALTER SYSTEM SET archive_command = '${command}'`);
  });
  await primary.stop();
  await primary.start();
}

/** Copies a running server to where a topology of that name will look for it. */
async function takeBackup({ primary }: Cluster, name: string): Promise<string> {
  const folder = join(directory, name);
  await makeTopologyDirectory(folder, account);
  await makeOwnedDirectory(join(folder, CLUSTER), account);
  const target = serverFilesIn(join(folder, CLUSTER, 'primary'));
  await withConnection(primary.adminUrlOf('postgres'), (client) =>
    copyPrimary({ client, source: primary.files, target, slot: 'backup', account, signal: undefined }),
  );
  return target.data;
}

/** Waits until all that was written by now is put aside. */
async function archiveAll(cluster: Cluster): Promise<void> {
  const segment = await ask(cluster, 'postgres', 'SELECT pg_walfile_name(pg_switch_wal()) AS value');
  await eventually(
    () => readdir(archive),
    (files) => files.includes(segment),
  );
}

/** Tells a copy to become what the server was at a moment, from the log that was put aside, and to open for nobody before. */
async function prepareRestore(data: string, moment: string): Promise<void> {
  await rename(join(data, 'standby.signal'), join(data, 'recovery.signal'));
  const settings = [
    `restore_command = 'cp ${archive}/%f %p'`,
    `recovery_target_time = '${moment}'`,
    "recovery_target_action = 'promote'",
    "hot_standby = 'off'",
    "archive_mode = 'off'",
  ];
  await appendFile(join(data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
}

describe('a database that is lost after somebody has spoiled it', () => {
  it('is as it was a moment before, with all that was committed by then, and takes reads and writes', async () => {
    const lost = await start('lost');
    await migrateAll(configOf(lost.cluster), () => undefined);
    await seedDatabases({ config: configOf(lost.cluster), size: SIZE });
    await beginToArchive(lost.cluster);
    const data = await takeBackup(lost.cluster, 'restored');

    // After the backup, so it is in the log alone.
    await ask(lost.cluster, 'catalog', "UPDATE products SET title = 'Renamed after the backup'");
    const orders = await ask(lost.cluster, 'shard_0', 'SELECT count(*)::text AS value FROM orders');
    const moment = await ask(lost.cluster, 'postgres', 'SELECT clock_timestamp()::text AS value');
    await ask(lost.cluster, 'shard_0', 'TRUNCATE orders CASCADE');
    await ask(lost.cluster, 'catalog', 'UPDATE products SET price_minor = 1');
    await archiveAll(lost.cluster);
    await lost.cluster.primary.kill();
    await rm(lost.cluster.primary.files.data, { recursive: true });

    await prepareRestore(data, moment);
    await cp(join(directory, 'lost', 'credentials.json'), join(directory, 'restored', 'credentials.json'));
    const { cluster } = await start('restored');

    expect(Number(orders)).toBeGreaterThan(100);
    expect(await ask(cluster, 'shard_0', 'SELECT count(*)::text AS value FROM orders')).toBe(orders);
    expect(await ask(cluster, 'catalog', 'SELECT min(title) || max(title) AS value FROM products')).toBe(
      'Renamed after the backup'.repeat(2),
    );
    expect(
      Number(await ask(cluster, 'catalog', 'SELECT max(price_minor)::text AS value FROM products')),
    ).toBeGreaterThan(1);
    // A server that was restored is on another timeline: who still knows the lost one takes it for the older.
    const walFile = await ask(cluster, 'postgres', 'SELECT pg_walfile_name(pg_current_wal_lsn()) AS value');
    expect(walFile.slice(0, 8)).toBe('00000002');

    const databases = scope.own(
      await openDatabases({
        service: 'drill',
        readConfig: async () => configOf(cluster),
        poolSize: 2,
        fleetProcesses: 1,
        statementTimeoutMs: 5_000,
        connectionTimeoutMs: 5_000,
      }),
    );
    const [id] = await databases.newIds(databases.randomLogicalShard(), 1);
    const newest = await ask(cluster, 'shard_0', 'SELECT max(id)::text AS value FROM orders');
    expect(id).toBeGreaterThan(BigInt(newest));
    expect(await databases.shardNamed('shard_0').order.count()).toBe(Number(orders));
  }, 90_000);
});
