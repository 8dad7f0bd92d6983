import { type Client, DatabaseError } from 'pg';
import { formatShardList } from './shard-list.ts';
import { ShardMoveError } from './shard-move-error.ts';

const QUERY_CANCELED = '57014';
const OUT_OF_MEMORY = '53200';

/**
 * Takes the locks that keep everybody else from writing rows of these logical shards, for as long as the connection lives or
 * until they are released. Writers under way are waited for; new ones are turned away with TB002 from the moment it waits.
 * @throws ShardMoveError when a writer takes longer than `limitMs`; then no lock is held.
 */
export async function lockLogicalShards(
  client: Client,
  logicalShards: readonly number[],
  limitMs: number,
): Promise<void> {
  await client.query(`SELECT set_config('statement_timeout', $1, false)`, [String(limitMs)]);
  try {
    await client.query('SELECT pg_advisory_lock(7700, shard) FROM unnest($1::integer[]) AS shard', [logicalShards]);
  } catch (error) {
    // Locks of a session outlive the statement that failed.
    await releaseLogicalShards(client);
    throw explain(error, logicalShards, limitMs);
  }
  await client.query(`SELECT set_config('statement_timeout', '0', false)`);
}

/** Gives up all locks of logical shards that this connection holds. */
export async function releaseLogicalShards(client: Client): Promise<void> {
  await client.query('SELECT pg_advisory_unlock_all()');
}

function explain(error: unknown, logicalShards: readonly number[], limitMs: number): unknown {
  const code = error instanceof DatabaseError ? error.code : undefined;
  if (code === QUERY_CANCELED) {
    return new ShardMoveError(
      `transactions that write to logical shards ${formatShardList(logicalShards)} did not end within ${limitMs} ms; nothing ` +
        'was changed. Look for long transactions in pg_stat_activity, or allow more time, and run the move again',
      { cause: error },
    );
  }
  if (code === OUT_OF_MEMORY) {
    return new ShardMoveError(
      'the source has no room for so many locks; nothing was changed. Move fewer logical shards at a time, or raise max_locks_per_transaction',
      { cause: error },
    );
  }
  return error;
}
