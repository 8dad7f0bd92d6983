import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster, ClusterOptions } from '@tributary/local-stack/postgres/cluster';
import { startTopology, type Topology } from '@tributary/local-stack/postgres/topology';
import { migrateDatabase } from '@tributary/prisma/migrations/migrate-database';
import { testSecret } from './secrets.ts';
import {
  CATALOG_TEMPLATE,
  SHARD_TEMPLATE,
  type TestCluster,
  type TestServers,
  testServersSchema,
} from './shared-servers.ts';

const CLUSTERS: readonly ClusterOptions[] = [
  { name: 'alpha', replicas: 2, databases: [CATALOG_TEMPLATE, SHARD_TEMPLATE] },
  { name: 'beta', replicas: 1, databases: [SHARD_TEMPLATE] },
  { name: 'gamma', replicas: 1, databases: [SHARD_TEMPLATE] },
];

/** Where the servers of a run keep their data and their logs, which end with the run. */
export const testServersDirectory = join(tmpdir(), `tributary-test-servers-${process.pid}`);

/** Three clusters, one with two replicas, whose template databases are migrated. */
export async function startTestServers(): Promise<{ description: TestServers; stop(): Promise<void> }> {
  await giveKnownPasswords();
  const topology = await startTopology({
    directory: testServersDirectory,
    clusters: CLUSTERS,
    isDurable: false,
    onProgress: () => undefined,
  });
  const stop = async (): Promise<void> => {
    await topology.stop();
    await rm(testServersDirectory, { recursive: true, force: true });
  };
  try {
    await migrateTemplates(topology);
    return { description: testServersSchema.parse(Object.fromEntries(describeClusters(topology))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Otherwise they would be random, and nobody could tell whether one was written somewhere. */
async function giveKnownPasswords(): Promise<void> {
  const [superuser, application, replication] = ['superuser', 'application', 'replication'].map(testSecret);
  await mkdir(testServersDirectory, { recursive: true });
  await writeFile(
    join(testServersDirectory, 'credentials.json'),
    JSON.stringify({ superuser, application, replication }),
  );
}

async function migrateTemplates(topology: Topology): Promise<void> {
  for (const { name, databases } of CLUSTERS) {
    for (const database of databases) {
      const url = topology.clusters.get(name)?.primary.urlOf(database);
      if (url === undefined) throw new Error(`the topology lost its cluster ${name}`);
      const schema = database === CATALOG_TEMPLATE ? 'catalog' : 'shard';
      await migrateDatabase({ name: `${name}/${database}`, schema, url });
    }
  }
}

function describeClusters(topology: Topology): [string, TestCluster][] {
  const describe = (each: Cluster['primary']) => ({
    url: each.urlOf('postgres'),
    adminUrl: each.adminUrlOf('postgres'),
  });
  return [...topology.clusters.values()].map(({ name, primary, replicas }) => [
    name,
    { primary: describe(primary), replicas: replicas.map(describe) },
  ]);
}
