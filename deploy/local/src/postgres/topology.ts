import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { preparePostgresBinaries } from './binaries.ts';
import { type Cluster, type ClusterOptions, planCluster, startCluster } from './cluster.ts';
import { loadCredentials } from './credentials.ts';
import { lockDirectory } from './directory-lock.ts';
import { endLeftBehindServers } from './left-behind.ts';
import type { ServerContext } from './postgres-server.ts';
import { assertReachable, canReach, type ServerAccount, serverAccount } from './server-account.ts';
import { makeTopologyDirectory, pathExists } from './server-files.ts';

/** What servers there are to be, and where. */
export interface TopologyOptions {
  /** Holds all data and the passwords. Made when missing; the same directory later gives the same databases. */
  readonly directory: string;
  readonly clusters: readonly ClusterOptions[];
  /** False is faster and survives a killed server, but not a power cut: for data that a test can make again. */
  readonly isDurable: boolean;
  /** Told, in a line for people, what takes long, and when a server ends that nobody stopped. */
  readonly onProgress: (line: string) => void;
  /** What a person runs to begin with empty databases, for messages: `npm run reset` if not given. */
  readonly resetCommand?: string;
  /** Gives up a start; what runs by then is stopped. */
  readonly signal?: AbortSignal;
}

/** Running Postgres clusters. Whoever started them stops them. */
export interface Topology {
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** A superuser's URL of a database on the primary of a cluster. */
  adminUrlOf(cluster: string, database: string): string;
  /** Stops every server and gives the directory free. */
  stop(): Promise<void>;
}

/**
 * Brings up real Postgres clusters with real streaming replicas, from the binaries that came with `npm ci`. The first
 * start makes the data; later ones use it again, after stopping what a killed run may have left running.
 * @throws LocalStackError with what to do; nothing is left running then
 */
export async function startTopology(options: TopologyOptions): Promise<Topology> {
  const directory = resolve(options.directory);
  const account = await serverAccount();
  await makeTopologyDirectory(directory, account);
  const lock = await lockDirectory(join(directory, 'owner.json'));
  let clusters: ReadonlyMap<string, Cluster> = new Map();
  const stop = async (): Promise<void> => {
    try {
      await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
    } finally {
      await lock.release();
    }
  };
  try {
    const context = await prepareContext(directory, account, options);
    clusters = await planClusters(directory, options.clusters, context);
    await settleAll(options.clusters.map((each) => startCluster(clusterOf(clusters, each.name), each, context)));
  } catch (error) {
    // What failed first is what the caller must know.
    await stop().catch(() => undefined);
    throw error;
  }
  return {
    clusters,
    adminUrlOf: (cluster, database) => clusterOf(clusters, cluster).primary.adminUrlOf(database),
    stop,
  };
}

async function prepareContext(
  directory: string,
  account: ServerAccount | undefined,
  options: TopologyOptions,
): Promise<ServerContext> {
  const { isDurable, onProgress, resetCommand = 'npm run reset', signal } = options;
  await endLeftBehindServers(directory, onProgress);
  await assertReachable(directory, account);
  const binaries = await preparePostgresBinaries({
    fallbackDirectory: join(directory, 'postgres-binaries'),
    mayRun: (program) => canReach(program, account),
  });
  const hasNoData = !(await hasAnyData(directory));
  const credentials = await loadCredentials({
    file: join(directory, 'credentials.json'),
    isFirstStart: hasNoData,
    resetCommand,
  });
  return { binaries, account, credentials, isDurable, onProgress, resetCommand, signal };
}

async function hasAnyData(directory: string): Promise<boolean> {
  const folders = await readdir(directory);
  const found = await Promise.all(folders.map((folder) => pathExists(join(directory, folder, 'primary', 'data'))));
  return found.includes(true);
}

async function planClusters(
  directory: string,
  wanted: readonly ClusterOptions[],
  context: ServerContext,
): Promise<ReadonlyMap<string, Cluster>> {
  const clusters = new Map<string, Cluster>();
  for (const options of wanted) clusters.set(options.name, await planCluster(options, directory, context));
  return clusters;
}

/** Like Promise.all, but fails only once all have settled, so that nothing comes up after what failed was cleared away. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

function clusterOf(clusters: ReadonlyMap<string, Cluster>, name: string): Cluster {
  const cluster = clusters.get(name);
  if (!cluster) throw new Error(`This topology has no cluster "${name}": it has ${[...clusters.keys()].join(', ')}.`);
  return cluster;
}
