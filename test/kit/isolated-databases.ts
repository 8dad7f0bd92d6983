import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '@tributary/local-stack/postgres/cluster';
import { startTopology } from '@tributary/local-stack/postgres/topology';
import { migrateAll } from '@tributary/prisma/migrations/migrate-all';
import type { DatabaseConfig, DatabasesConfig } from '@tributary/prisma/topology/topology';

export interface IsolatedDatabasesOptions {
  catalogReplicas: number;
  shardReplicas: number;
  /** Adds `shard_1`, on the servers of the catalog: half of the logical shards, from 512 on, are there then. */
  hasOtherShard?: boolean;
}

/** Migrated databases on servers of their own, for a test that kills or pauses servers. */
export interface IsolatedDatabases {
  readonly config: DatabasesConfig;
  /** The servers of `catalog`. */
  readonly catalog: Cluster;
  /** The servers of `shard_0`, which holds every logical shard unless there is another one. */
  readonly shard: Cluster;
  /** A superuser's URL of the first primary of a database. */
  adminUrlOf(name: string): string;
  waitForReplicas(): Promise<void>;
  /** Stops the servers and removes their data. */
  close(): Promise<void>;
}

/** Starts two clusters, one of the catalog and one of a single shard. It takes seconds: once a file, not once a test. */
export async function startIsolatedDatabases(options: IsolatedDatabasesOptions): Promise<IsolatedDatabases> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-isolated-'));
  const topology = await startTopology({
    directory,
    clusters: [
      { name: 'catalog', replicas: options.catalogReplicas, databases: ['catalog', 'shard_1'] },
      { name: 'shard', replicas: options.shardReplicas, databases: ['shard_0'] },
    ],
    isDurable: false,
    onProgress: () => undefined,
  });
  const close = async (): Promise<void> => {
    await topology.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const [catalog, shard] = ['catalog', 'shard'].map((name) => topology.clusters.get(name));
    if (catalog === undefined || shard === undefined) throw new Error('the topology lost a cluster');
    const shards = {
      shard_0: configOf(shard, 'shard_0'),
      ...(options.hasOtherShard && { shard_1: configOf(catalog, 'shard_1') }),
    };
    const config = { catalog: configOf(catalog, 'catalog'), shards };
    await migrateAll(config, () => undefined);
    const waitForReplicas = async (): Promise<void> => {
      await Promise.all([catalog.waitForReplicas(), shard.waitForReplicas()]);
    };
    await waitForReplicas();
    const adminUrlOf = (name: string) => (name === 'shard_0' ? shard : catalog).primary.adminUrlOf(name);
    return { config, catalog, shard, adminUrlOf, waitForReplicas, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function configOf({ primary, replicas }: Cluster, database: string): DatabaseConfig {
  return { primary: primary.urlOf(database), replicas: replicas.map((replica) => replica.urlOf(database)) };
}
