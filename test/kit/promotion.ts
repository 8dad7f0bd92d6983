import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { PostgresServer } from '@tributary/local-stack/postgres/postgres-server';
import { eventually } from './eventually.ts';

/** Lets a primary acknowledge a commit only when one of its two replicas, whichever, has it; returns when it does. */
export async function requireSynchronousReplica(primary: PostgresServer): Promise<void> {
  await withConnection(primary.adminUrlOf('postgres'), async (admin) => {
    await admin.query("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (replica_1, replica_2)'");
    await admin.query('SELECT pg_reload_conf()');
    await eventually(
      async () => (await admin.query("SELECT FROM pg_stat_replication WHERE sync_state = 'quorum'")).rowCount,
      (count) => count === 2,
    );
  });
}

/** Promotes the replica that has received most of the log, as whoever promotes has to: it has all that was acknowledged. */
export async function promoteFurthest(replicas: readonly PostgresServer[]): Promise<PostgresServer> {
  const received = await Promise.all(
    replicas.map(async (replica) => {
      const sql = "SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::bigint AS bytes";
      const found = await withConnection(replica.adminUrlOf('postgres'), (admin) =>
        admin.query<{ bytes: string }>(sql),
      );
      return { replica, bytes: BigInt(found.rows[0]?.bytes ?? 0) };
    }),
  );
  const [furthest] = received.sort((one, other) => (one.bytes > other.bytes ? -1 : 1));
  if (furthest === undefined) throw new Error('there is no replica to promote');
  await furthest.replica.promote();
  return furthest.replica;
}
