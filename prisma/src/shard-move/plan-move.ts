import type { DatabasesConfig } from '../topology/topology.ts';
import { readNewestShardMap } from './move-catalog.ts';
import { MoveConnections } from './move-connections.ts';
import { digestShardRows } from './shard-rows.ts';

export interface PlannedMove {
  from: string;
  logicalShards: number[];
  /** How many rows would be copied. */
  rows: number;
}

/**
 * Says what a move would do, without doing it: one entry a database that has some of the logical shards now.
 * @throws ShardMoveError when a database is not configured or not migrated.
 */
export async function planMove(
  config: DatabasesConfig,
  { logicalShards, to }: { logicalShards: readonly number[]; to: string },
): Promise<PlannedMove[]> {
  const connections = new MoveConnections(config);
  try {
    await connections.open(to);
    const map = await readNewestShardMap(await connections.openCatalog());
    const sources = Map.groupBy(logicalShards, (shard) => map.databaseOf(shard));
    sources.delete(to);
    return await Promise.all(
      [...sources].map(async ([from, shards]) => {
        const digests = await digestShardRows(await connections.open(from), shards);
        return { from, logicalShards: shards, rows: digests.reduce((sum, { rows }) => sum + rows, 0) };
      }),
    );
  } finally {
    await connections.closeAll();
  }
}
