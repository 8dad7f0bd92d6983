import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { TestCluster } from './test-servers.ts';
import { until } from './until.ts';

/** Waits until every replica of a cluster has replayed all that the primary has written by now. */
export async function waitForReplicasOf({ primary, replicas }: TestCluster): Promise<void> {
  await withConnection(primary.adminUrl, async (client) => {
    const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    await until('every replica has replayed what the primary has written', async () => {
      const { rowCount } = await client.query('SELECT FROM pg_stat_replication WHERE replay_lsn >= $1', [rows[0]?.lsn]);
      return rowCount === replicas.length;
    });
  });
}
