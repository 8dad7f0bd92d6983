import { USER_LOGICAL_SHARD_COUNT } from '../shard-map/shard-map.ts';
import type { DatabasesConfig } from '../topology/topology.ts';
import { type Follower, readFollowers, readNewestShardMap } from './move-catalog.ts';
import { MoveConnections } from './move-connections.ts';
import { readOwned } from './shard-ownership.ts';

export interface ShardStatus {
  mapVersion: number;
  databases: {
    name: string;
    /** Logical shards that the map has here. */
    mapped: number[];
    /** Logical shards that the database itself owns; another list than `mapped` means a move that is under way or died. */
    owned: number[];
  }[];
  followers: Follower[];
}

/** Reads who has which logical shards, by the map and by the databases themselves. */
export async function readShardStatus(config: DatabasesConfig): Promise<ShardStatus> {
  const everyShard = Array.from({ length: USER_LOGICAL_SHARD_COUNT }, (_, shard) => shard);
  const connections = new MoveConnections(config);
  try {
    const catalog = await connections.openCatalog();
    const map = await readNewestShardMap(catalog);
    const databases = await Promise.all(
      Object.keys(config.shards).map(async (name) => {
        const owned = await readOwned(await connections.open(name), everyShard);
        return { name, mapped: map.logicalShardsOf(name), owned };
      }),
    );
    return { mapVersion: map.version, databases, followers: await readFollowers(catalog) };
  } finally {
    await connections.closeAll();
  }
}
