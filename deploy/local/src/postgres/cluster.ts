import { join } from 'node:path';
import { isLocalStackError, LocalStackError } from '../local-stack-error.ts';
import { withConnection } from './admin-connection.ts';
import { dropOtherSlots } from './base-copy.ts';
import { hasData, initialiseData } from './data-directory.ts';
import { createDatabase, ensureDatabases, ensureRoles, ensureStatementStatistics } from './databases.ts';
import { freePort } from './ports.ts';
import { PostgresServer, type ServerContext } from './postgres-server.ts';
import { catchesUp, startReplica } from './replica.ts';
import { makeOwnedDirectory, serverFilesIn } from './server-files.ts';

/** What a cluster is to be. */
export interface ClusterOptions {
  /** Names its folder, so: letters, digits, `-`, `_`. */
  readonly name: string;
  readonly replicas: number;
  /** Made when missing, belonging to the application's role. */
  readonly databases: readonly string[];
  /** Of the primary; the replicas take the following ones. Free ports when absent. */
  readonly port?: number;
}

/** A primary and its streaming replicas, all running when it is handed out. */
export class Cluster {
  readonly name: string;
  readonly primary: PostgresServer;
  readonly replicas: readonly PostgresServer[];

  constructor(name: string, primary: PostgresServer, replicas: readonly PostgresServer[]) {
    this.name = name;
    this.primary = primary;
    this.replicas = replicas;
  }

  /**
   * Makes a database that belongs to the application's role. Replicas have it a moment later: see `waitForReplicas()`.
   * @param options.template the database to copy, to which nobody may be connected
   * @throws pg's DatabaseError: 42P04 when it exists, 55006 when somebody uses the template
   */
  async createDatabase(name: string, options: { template?: string } = {}): Promise<void> {
    await withConnection(this.primary.adminUrlOf('postgres'), (client) =>
      createDatabase(client, name, options.template),
    );
  }

  /**
   * Waits until every running replica has replayed what the primary has written by now. A promoted one never does.
   * @throws LocalStackError `REPLICA_NOT_STREAMING` after `timeoutMs`, 10 s if not given
   */
  async waitForReplicas(timeoutMs = 10_000): Promise<void> {
    const running = this.replicas.flatMap((replica, index) => (replica.isRunning() ? [slotOf(index)] : []));
    if (await catchesUp(this.primary, running, timeoutMs)) return;
    throw new LocalStackError(
      'REPLICA_NOT_STREAMING',
      `A replica of ${this.name} is still behind after ${timeoutMs} ms.`,
    );
  }

  /** Stops the replicas, then the primary, which so has nobody left to wait for. */
  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.primary.stop();
  }
}

/** Makes the folder of a cluster under `directory` and names its servers. Starts nothing. */
export async function planCluster(
  options: ClusterOptions,
  directory: string,
  context: ServerContext,
): Promise<Cluster> {
  const folderOfCluster = join(directory, options.name);
  await makeOwnedDirectory(folderOfCluster, context.account);
  const portOf = async (index: number): Promise<number> =>
    options.port === undefined ? freePort() : options.port + index;
  const serverOf = (folder: string): { name: string; files: ReturnType<typeof serverFilesIn> } => ({
    name: `${options.name}/${folder}`,
    files: serverFilesIn(join(folderOfCluster, folder)),
  });
  const primary = new PostgresServer({ ...serverOf('primary'), port: await portOf(0) }, context);
  const replicas: PostgresServer[] = [];
  for (let index = 0; index < options.replicas; index++) {
    const upstream = () => ({ port: primary.port, slot: slotOf(index), password: context.credentials.replication });
    const server = { ...serverOf(`replica-${index + 1}`), port: await portOf(index + 1), upstream };
    replicas.push(new PostgresServer(server, context));
  }
  return new Cluster(options.name, primary, replicas);
}

/**
 * Brings every server of a cluster up, making what is missing: data, roles, databases, replicas.
 * @throws LocalStackError as the servers' start does, and `INITDB_FAILED`, `DATA_DIRECTORY_DAMAGED`
 */
export async function startCluster(cluster: Cluster, options: ClusterOptions, context: ServerContext): Promise<void> {
  const { primary, replicas } = cluster;
  const mayMove = options.port === undefined;
  await startPrimary(primary, context, mayMove);
  await withConnection(primary.adminUrlOf('template1'), ensureStatementStatistics);
  await withConnection(primary.adminUrlOf('postgres'), async (client) => {
    await ensureRoles(client, context.credentials);
    await ensureDatabases(client, options.databases);
    await dropOtherSlots(
      client,
      replicas.map((_, index) => slotOf(index)),
    );
  });
  await Promise.all(
    replicas.map((replica, index) =>
      startMoving(replica, mayMove, () => startReplica({ primary, replica, slot: slotOf(index) }, context)),
    ),
  );
}

async function startPrimary(primary: PostgresServer, context: ServerContext, mayMove: boolean): Promise<void> {
  const { account, binaries, credentials, isDurable, onProgress, resetCommand, signal } = context;
  if (!(await hasData(primary.files, resetCommand))) {
    onProgress(`${primary.name}: making an empty database cluster`);
    await initialiseData({
      files: primary.files,
      initdb: binaries.initdb,
      superuserPassword: credentials.superuser,
      account,
      isDurable,
      signal,
    });
  }
  await makeOwnedDirectory(primary.files.directory, account);
  await startMoving(primary, mayMove, () => primary.start());
}

/** A free port is free until somebody else gets it; who may choose ports chooses another then. */
async function startMoving(server: PostgresServer, mayMove: boolean, start: () => Promise<void>): Promise<void> {
  const attempts = mayMove ? 3 : 1;
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === attempts || !isLocalStackError(error, 'PORT_IN_USE')) throw error;
      await server.moveToFreePort();
    }
  }
}

function slotOf(index: number): string {
  return `replica_${index + 1}`;
}
