import { readFile } from 'node:fs/promises';
import { Client } from 'pg';

interface Nodes {
  readonly primary: string;
  readonly replicas: readonly string[];
}

// Replication, health, the shard map and the outbox's own look-outs run by the clock, whatever the load.
const COUNTED = `
  SELECT coalesce(sum(calls), 0)::float8 AS calls FROM pg_stat_statements
  WHERE dbid IN (SELECT oid FROM pg_database WHERE datname NOT IN ('postgres', 'template1'))
    AND query !~* '^(BEGIN|COMMIT|ROLLBACK|SET|LISTEN|NOTIFY|SAVEPOINT|RELEASE)'
    AND query !~* 'pg_|shard_map|outbox|inbox|queue_|shard_'`;

/**
 * How many statements requests have caused so far, from the servers' own statistics.
 * @param databasesFile the stack's, which names every server
 */
export async function countStatements(databasesFile: string): Promise<number> {
  const { catalog, shards } = JSON.parse(await readFile(databasesFile, 'utf8'));
  const urls = [catalog, ...Object.values<Nodes>(shards)].flatMap(({ primary, replicas }: Nodes) => [
    primary,
    ...replicas,
  ]);
  // The statistics of a server are those of all its databases.
  const servers = new Map(urls.map((url) => [new URL(url).host, url]));
  const counts = await Promise.all([...servers.values()].map(countOn));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function countOn(connectionString: string): Promise<number> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ calls: number }>(COUNTED);
    return rows[0]?.calls ?? 0;
  } finally {
    await client.end();
  }
}
