import type { ShardMap } from '../shard-map/shard-map.ts';
import { CATALOG, type DatabasesConfig } from '../topology/topology.ts';
import { ensureShardMap } from './ensure-shard-map.ts';
import { migrateDatabase } from './migrate-database.ts';

/**
 * Brings every database to the newest schema, and writes the first shard map when there is none. It may run again, and several
 * times at once.
 * @param onMigrated told of each database that is done, with the migrations that were applied now
 * @param spares as of {@link ensureShardMap}
 * @returns the shard map in force
 * @throws MigrationError
 */
export async function migrateAll(
  config: DatabasesConfig,
  onMigrated: (name: string, applied: readonly string[]) => void,
  spares: readonly string[] = [],
): Promise<ShardMap> {
  const databases = [
    { name: CATALOG, schema: 'catalog' as const, url: config.catalog.primary },
    ...Object.entries(config.shards).map(([name, { primary }]) => ({ name, schema: 'shard' as const, url: primary })),
  ];
  for (const database of databases) onMigrated(database.name, await migrateDatabase(database));
  return ensureShardMap(config, spares);
}
