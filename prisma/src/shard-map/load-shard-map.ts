import type { PrismaClient } from '../../generated/catalog/client.ts';
import { ShardMap } from './shard-map.ts';

/**
 * Reads the shard map that is in force through the client of the catalog's primary.
 * @returns `undefined` before the first map was written
 * @throws ShardMapError when what is stored is no valid map
 */
export async function loadShardMap(catalog: PrismaClient): Promise<ShardMap | undefined> {
  const newest = await catalog.shardMapVersion.findFirst({ orderBy: { version: 'desc' } });
  return newest === null ? undefined : ShardMap.parse(newest.version, newest.ranges);
}
