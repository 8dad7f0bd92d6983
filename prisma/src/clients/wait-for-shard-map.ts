import type { PrismaClient } from '../../generated/catalog/client.ts';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';
import { loadShardMap } from '../shard-map/load-shard-map.ts';
import type { ShardMap } from '../shard-map/shard-map.ts';
import { type CatalogWaitOptions, NOT_MIGRATED, waitForCatalog } from './wait-for-catalog.ts';

/**
 * Loads the shard map as soon as there is one.
 * @throws as {@link waitForCatalog} does
 */
export function waitForShardMap(catalog: PrismaClient, options: CatalogWaitOptions): Promise<ShardMap> {
  return waitForCatalog(async () => {
    const map = await loadShardMap(catalog);
    if (map === undefined) throw new DatabasesConfigError(NOT_MIGRATED);
    return map;
  }, options);
}
