import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { DatabaseConfig } from '../topology/topology.ts';
import { openMoveConnection } from './move-connection.ts';
import { ShardMoveError } from './shard-move-error.ts';

const POLL_INTERVAL_MS = 100;

/**
 * Waits until every replica of a database has replayed all that its primary has written so far: reads go to replicas, and
 * would miss the rows otherwise.
 * @throws ShardMoveError when a replica cannot be asked, or takes longer than `limitMs`.
 */
export async function waitForReplicas(primary: Client, database: DatabaseConfig, limitMs: number): Promise<void> {
  const { rows } = await primary.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  const lsn = rows[0]?.lsn;
  const deadlineMs = performance.now() + limitMs;
  await Promise.all(database.replicas.map((url) => waitForReplica(url, lsn, deadlineMs)));
}

async function waitForReplica(url: string, lsn: string | undefined, deadlineMs: number): Promise<void> {
  const { host } = new URL(url);
  const replica = await openMoveConnection(url).catch((error: unknown) => {
    throw new ShardMoveError(
      `replica ${host} of the target cannot be reached, so nobody knows what it would answer after the move: start it, or take ` +
        'it out of the databases file, and run the move again',
      { cause: error },
    );
  });
  try {
    while (!(await hasReplayed(replica, lsn))) {
      if (performance.now() > deadlineMs) {
        throw new ShardMoveError(
          `replica ${host} of the target is too far behind its primary: let it catch up, and run the move again`,
        );
      }
      await delay(POLL_INTERVAL_MS);
    }
  } finally {
    await replica.end();
  }
}

async function hasReplayed(replica: Client, lsn: string | undefined): Promise<boolean> {
  const { rows } = await replica.query<{ hasReplayed: boolean | null }>(
    'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS "hasReplayed"',
    [lsn],
  );
  return rows[0]?.hasReplayed === true;
}
