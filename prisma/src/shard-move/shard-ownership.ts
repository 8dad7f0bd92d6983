import type { Client } from 'pg';
import { formatShardList } from './shard-list.ts';
import { ShardMoveError } from './shard-move-error.ts';

/** Which of the logical shards a database owns, ascending. */
export async function readOwned(client: Client, logicalShards: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ shard: number }>(
    'SELECT logical_shard AS shard FROM shard_ownership WHERE logical_shard = ANY($1::smallint[]) ORDER BY 1',
    [logicalShards],
  );
  return rows.map(({ shard }) => shard);
}

/** Lets a database have rows of these logical shards; those that it owns already it goes on to own. */
export async function grantOwnership(client: Client, logicalShards: readonly number[]): Promise<void> {
  await client.query(
    'INSERT INTO shard_ownership (logical_shard) SELECT unnest($1::smallint[]) ON CONFLICT DO NOTHING',
    [logicalShards],
  );
}

/** From the commit on the database refuses to write rows of these logical shards (TB001). */
export async function revokeOwnership(client: Client, logicalShards: readonly number[]): Promise<void> {
  await client.query('DELETE FROM shard_ownership WHERE logical_shard = ANY($1::smallint[])', [logicalShards]);
}

/**
 * Finds out how far an earlier move came that died: as long as the source owns a logical shard, its rows there are the ones
 * that count, and whatever the target has is an unfinished copy. Once the source has let go, the target has all rows.
 * @throws ShardMoveError when neither owns one of them.
 */
export async function splitByProgress(
  { source, target }: { source: Client; target: Client },
  logicalShards: readonly number[],
): Promise<{ toCopy: number[]; handedOver: number[] }> {
  const toCopy = await readOwned(source, logicalShards);
  const remaining = logicalShards.filter((shard) => !toCopy.includes(shard));
  const handedOver = await readOwned(target, remaining);
  const orphans = remaining.filter((shard) => !handedOver.includes(shard));
  if (orphans.length > 0) {
    throw new ShardMoveError(
      `logical shards ${formatShardList(orphans)} are owned neither by the database that the shard map names nor by the target: ` +
        'an earlier move to another database was not finished. Run that one again (status shows which database owns them)',
    );
  }
  return { toCopy, handedOver };
}
