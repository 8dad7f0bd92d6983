import { randomInt } from 'node:crypto';
import type { PrismaClient as CatalogNodeClient } from '../../generated/catalog/client.ts';
import type { PrismaClient as ShardNodeClient } from '../../generated/shard/client.ts';
import { recoverUnavailable } from '../errors/database-unavailable-error.ts';
import { CATALOG_LOGICAL_SHARD, logicalShardOf } from '../ids/id.ts';
import { InvalidIdError } from '../ids/typed-id.ts';
import { USER_LOGICAL_SHARD_COUNT } from '../shard-map/shard-map.ts';
import type { ShardMapFollower } from '../shard-map/shard-map-follower.ts';
import { CATALOG } from '../topology/topology.ts';
import type { CatalogClient } from './catalog-client.ts';
import type { Databases } from './databases.ts';
import type { OpenDatabase } from './open-database.ts';
import type { ShardClient } from './shard-client.ts';
import { withShardRetry } from './shard-retry.ts';

export type OpenCatalog = OpenDatabase<CatalogNodeClient, CatalogClient>;
export type OpenShard = OpenDatabase<ShardNodeClient, ShardClient>;

export interface DatabaseRouterOptions {
  catalog: OpenCatalog;
  /** By name; shards that a new map names are added while the process runs. */
  shards: ReadonlyMap<string, OpenShard>;
  follower: ShardMapFollower;
  close: () => Promise<void>;
}

/** Finds the database of ids and logical shards by the shard map in force. */
export function createDatabaseRouter({ catalog, shards, follower, close }: DatabaseRouterOptions): Databases {
  const shardNamed = (name: string): OpenShard => {
    const shard = shards.get(name);
    if (shard === undefined) throw new RangeError(`no shard is called ${name}`);
    return shard;
  };
  const shardOfLogical = (logicalShard: number) => shardNamed(follower.current.databaseOf(logicalShard));
  const databaseOf = (logicalShard: number): OpenCatalog | OpenShard =>
    logicalShard === CATALOG_LOGICAL_SHARD ? catalog : shardOfLogical(logicalShard);
  const databaseNamed = (name: string): OpenCatalog | OpenShard => (name === CATALOG ? catalog : shardNamed(name));
  const refreshShardMap = () => follower.refresh();
  const newIds = async (logicalShard: number, count: number): Promise<bigint[]> => {
    const { primary } = databaseOf(logicalShard);
    try {
      const rows = await primary.$queryRaw<{ id: bigint }[]>`
        SELECT next_ids(${logicalShard}::int, ${count}::int) AS id`;
      return rows.map(({ id }) => id);
    } catch (error) {
      throw recoverUnavailable(error);
    }
  };
  const positionOf = async (name: string): Promise<number> => {
    const { bytes } = await databaseNamed(name).position();
    return bytes;
  };

  return {
    catalog: () => catalog.client,
    shardOf(id) {
      const logicalShard = logicalShardOf(id);
      if (logicalShard === CATALOG_LOGICAL_SHARD) throw new InvalidIdError('the id is not one of a shard');
      return shardOfLogical(logicalShard).client;
    },
    shardOfLogical: (logicalShard) => shardOfLogical(logicalShard).client,
    databaseNameOf: (id) => databaseOf(logicalShardOf(id)).name,
    shardNamed: (name) => shardNamed(name).client,
    allShards: () => follower.current.databaseNames().map((name) => ({ name, client: shardNamed(name).client })),
    randomLogicalShard: () => randomInt(USER_LOGICAL_SHARD_COUNT),
    async newId(logicalShard) {
      const [id] = await newIds(logicalShard, 1);
      if (id === undefined) throw new Error(`logical shard ${logicalShard} gave no id`);
      return id;
    },
    newIds,
    shardMap: () => follower.current,
    refreshShardMap,
    withShardRetry: (write) => withShardRetry(refreshShardMap, write),
    positionOf,
    primaryUrlOf: (name) => databaseNamed(name).primaryUrl(),
    health: () => ({
      catalog: catalog.health(),
      shards: [...shards.values()].map((shard) => shard.health()),
      shardMapVersion: follower.current.version,
    }),
    servers: () => [catalog, ...shards.values()].flatMap((database) => database.servers()),
    close,
  };
}
