import { join } from 'node:path';
import { isLocalStackError, LocalStackError } from '../local-stack-error.ts';
import { excerptOf } from '../log-excerpt.ts';
import { withConnection } from './admin-connection.ts';
import { copyPrimary } from './base-copy.ts';
import { hasData, systemIdentifierOf } from './data-directory.ts';
import type { PostgresServer, ServerContext } from './postgres-server.ts';
import { pathExists } from './server-files.ts';
import { waitUntil } from './wait-until.ts';

/** A streaming replica and the primary it follows. */
export interface ReplicaOptions {
  readonly primary: PostgresServer;
  readonly replica: PostgresServer;
  /** Names its replication slot and itself in `pg_stat_replication`. */
  readonly slot: string;
}

const CATCH_UP_TIMEOUT_MS = 10_000;

/**
 * Starts a replica and waits until it has replayed what its primary had. Where its data is missing or can't follow this
 * primary (it was promoted, or was away for more WAL than the primary keeps), it is copied anew.
 * @throws LocalStackError `REPLICA_NOT_STREAMING`, `PORT_IN_USE`, `SERVER_DID_NOT_START`
 */
export async function startReplica(options: ReplicaOptions, context: ServerContext): Promise<void> {
  const { primary, replica, slot } = options;
  if (await canFollow(options, context)) {
    try {
      await startAndCatchUp(options);
      return;
    } catch (error) {
      if (!isLocalStackError(error, 'REPLICA_NOT_STREAMING') && !isLocalStackError(error, 'SERVER_DID_NOT_START'))
        throw error;
      await replica.kill();
    }
  }
  context.onProgress(`${replica.name}: copying ${primary.name}`);
  const { account, signal } = context;
  await withConnection(primary.adminUrlOf('postgres'), (client) =>
    copyPrimary({ client, source: primary.files, target: replica.files, slot, account, signal }),
  );
  await startAndCatchUp(options);
}

/** Whether the replica's data is worth a try: of the same cluster, still a standby, its WAL kept for it. */
async function canFollow({ primary, replica, slot }: ReplicaOptions, context: ServerContext): Promise<boolean> {
  const isStandby = await pathExists(join(replica.files.data, 'standby.signal'));
  if (!isStandby || !(await isIntact(replica, context))) return false;
  const [ours, theirs] = await Promise.all([replica, primary].map(({ files }) => systemIdentifierOf(files.data)));
  return ours === theirs && (await keepsWalFor(primary, slot));
}

async function isIntact(replica: PostgresServer, { resetCommand }: ServerContext): Promise<boolean> {
  try {
    return await hasData(replica.files, resetCommand);
  } catch (error) {
    if (isLocalStackError(error, 'DATA_DIRECTORY_DAMAGED')) return false;
    throw error;
  }
}

async function keepsWalFor(primary: PostgresServer, slot: string): Promise<boolean> {
  const { rowCount } = await withConnection(primary.adminUrlOf('postgres'), (client) =>
    client.query("SELECT FROM pg_replication_slots WHERE slot_name = $1 AND wal_status <> 'lost'", [slot]),
  );
  return rowCount === 1;
}

async function startAndCatchUp({ primary, replica, slot }: ReplicaOptions): Promise<void> {
  await replica.start();
  if (await catchesUp(primary, [slot], CATCH_UP_TIMEOUT_MS)) return;
  throw new LocalStackError(
    'REPLICA_NOT_STREAMING',
    `${replica.name} takes connections but does not follow ${primary.name}.\n${await excerptOf(replica.files.log)}`,
  );
}

/**
 * Waits until the replicas behind these slots have replayed all that the primary has written by now.
 * @returns whether they did within `timeoutMs`
 */
export async function catchesUp(
  primary: PostgresServer,
  slots: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  return withConnection(primary.adminUrlOf('postgres'), async (client) => {
    const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
    const target = rows[0]?.lsn;
    const haveReplayed = async (): Promise<boolean> => {
      const { rowCount } = await client.query(
        "SELECT FROM pg_stat_replication WHERE state = 'streaming' AND application_name = ANY ($1) AND replay_lsn >= $2",
        [slots, target],
      );
      return rowCount === slots.length;
    };
    return waitUntil(haveReplayed, { timeoutMs });
  });
}
