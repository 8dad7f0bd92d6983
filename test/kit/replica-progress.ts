import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { eventually } from './eventually.ts';
import type { TestCluster } from './shared-servers.ts';

/** Waits until every replica of a cluster has replayed all that the primary has written by now. */
export async function waitForReplicasOf({ primary, replicas }: TestCluster): Promise<void> {
  await withConnection(primary.adminUrl, async (client) => {
    const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    await eventually(
      async () => {
        const progress = 'SELECT FROM pg_stat_replication WHERE replay_lsn >= $1';
        return (await client.query(progress, [rows[0]?.lsn])).rowCount;
      },
      (caughtUp) => caughtUp === replicas.length,
    );
  });
}
