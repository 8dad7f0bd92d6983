import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { createDatabase } from '@tributary/local-stack/postgres/databases';
import { ensureShardMap } from '@tributary/prisma/migrations/ensure-shard-map';
import type { DatabaseConfig, DatabasesConfig } from '@tributary/prisma/topology/topology';
import { waitForReplicasOf } from './replica-progress.ts';
import {
  CATALOG_TEMPLATE,
  SHARD_TEMPLATE,
  TEST_SERVERS_URL,
  type TestCluster,
  type TestServers,
  testServersSchema,
} from './shared-servers.ts';

export interface TestDatabasesOptions {
  /** Names the databases: one name a test file, so that files are independent. */
  name: string;
  /** Databases that hold logical shards: `shard_0`, `shard_1` and so on; 2 unless told. */
  shards?: number;
  /** Databases after those that are configured and migrated, and hold none yet; 0 unless told. */
  spareShards?: number;
}

/** Empty, migrated databases of one test file on the servers of the run: the catalog has two replicas, each shard one. */
export interface TestDatabases {
  readonly config: DatabasesConfig;
  /** Path of a file with the configuration, for processes. */
  readonly configFile: string;
  /** A superuser's URL of the primary of a database, `catalog` or the name of a shard. */
  adminUrlOf(name: string): string;
  /** Waits until every replica has replayed all that its primary has written by now. */
  waitForReplicas(): Promise<void>;
  /** Drops the databases, whoever is connected to them. */
  close(): Promise<void>;
}

interface PlannedDatabase {
  name: string;
  database: string;
  template: string;
  cluster: TestCluster;
}

/**
 * Makes the databases of a test file by copying templates.
 * @throws Error when it doesn't run in jest, or the servers cannot be started
 */
export async function startTestDatabases({
  name,
  shards = 2,
  spareShards = 0,
}: TestDatabasesOptions): Promise<TestDatabases> {
  const servers = await askForServers();
  const planned = plan(name, shards + spareShards, servers);
  const drop = async (): Promise<void> => {
    await Promise.all(planned.map(({ cluster, database }) => dropDatabase(cluster, database)));
  };
  await drop();
  await Promise.all(
    planned.map(({ cluster, database, template }) =>
      withConnection(cluster.primary.adminUrl, (client) => createDatabase(client, database, template)),
    ),
  );
  const config = configOf(planned);
  await ensureShardMap(withoutSpares(config, shards));
  const directory = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  const configFile = join(directory, 'databases.json');
  await writeFile(configFile, JSON.stringify(config));
  const waitForReplicas = async (): Promise<void> => {
    const clusters = [...new Set(planned.map(({ cluster }) => cluster))];
    await Promise.all(clusters.map((cluster) => waitForReplicasOf(cluster)));
  };
  await waitForReplicas();
  return {
    config,
    configFile,
    adminUrlOf: (wanted) => {
      const found = planned.find((each) => each.name === wanted);
      if (found === undefined) throw new Error(`there is no database ${wanted}`);
      return withDatabase(found.cluster.primary.adminUrl, found.database);
    },
    waitForReplicas,
    async close() {
      await drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function askForServers(): Promise<TestServers> {
  const url = process.env[TEST_SERVERS_URL];
  if (url === undefined)
    throw new Error(`${TEST_SERVERS_URL} is not set: these databases exist in a run of jest alone`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the test servers did not start: ${await response.text()}`);
  return testServersSchema.parse(await response.json());
}

// The first shards are apart from the catalog and from each other; one more shares the catalog's servers.
function plan(name: string, shards: number, { alpha, beta, gamma }: TestServers): PlannedDatabase[] {
  const prefix = name.replaceAll(/[^a-z0-9]+/g, '_');
  const clusterOfShard = [beta, gamma, alpha];
  const plannedShards = Array.from({ length: shards }, (_, index) => ({
    name: `shard_${index}`,
    database: `${prefix}_shard_${index}`,
    template: SHARD_TEMPLATE,
    cluster: clusterOfShard[index % clusterOfShard.length] ?? alpha,
  }));
  return [
    { name: 'catalog', database: `${prefix}_catalog`, template: CATALOG_TEMPLATE, cluster: alpha },
    ...plannedShards,
  ];
}

function configOf([catalog, ...shards]: PlannedDatabase[]): DatabasesConfig {
  if (catalog === undefined) throw new Error('no catalog was planned');
  const configOfOne = ({ cluster, database }: PlannedDatabase): DatabaseConfig => ({
    primary: withDatabase(cluster.primary.url, database),
    replicas: cluster.replicas.map(({ url }) => withDatabase(url, database)),
  });
  return {
    catalog: configOfOne(catalog),
    shards: Object.fromEntries(shards.map((shard) => [shard.name, configOfOne(shard)])),
  };
}

function withoutSpares(config: DatabasesConfig, shards: number): DatabasesConfig {
  return { ...config, shards: Object.fromEntries(Object.entries(config.shards).slice(0, shards)) };
}

async function dropDatabase(cluster: TestCluster, database: string): Promise<void> {
  await withConnection(cluster.primary.adminUrl, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`),
  );
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
