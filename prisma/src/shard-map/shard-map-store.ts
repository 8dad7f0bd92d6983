import type { Prisma, PrismaClient } from '../../generated/catalog/client.ts';
import { ShardMap } from './shard-map.ts';

/** A client of the catalog's primary, or a transaction of it. */
type CatalogWriter = Pick<PrismaClient, 'shardMapVersion'> | Pick<Prisma.TransactionClient, 'shardMapVersion'>;

/**
 * Reads the shard map that is in force.
 * @returns `undefined` before the first map was written
 * @throws ShardMapError when what is stored is no valid map
 */
export async function loadShardMap(catalog: CatalogWriter): Promise<ShardMap | undefined> {
  const newest = await catalog.shardMapVersion.findFirst({ orderBy: { version: 'desc' } });
  return newest === null ? undefined : ShardMap.parse(newest.version, newest.ranges);
}

/**
 * Puts the next version of the map in force. Processes follow within the delay of a notification.
 * @param note why it was made, for people who read the table
 * @throws Prisma's P2002 when another process wrote this version first
 */
export async function storeShardMap(catalog: CatalogWriter, map: ShardMap, note: string): Promise<void> {
  const ranges = map.ranges.map((range) => ({ ...range }));
  await catalog.shardMapVersion.create({ data: { version: map.version, ranges, note } });
}
