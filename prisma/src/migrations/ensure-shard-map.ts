import { Client } from 'pg';
import { MigrationError } from '../errors/migration-error.ts';
import { readShardMap } from '../shard-map/read-shard-map.ts';
import { ShardMap } from '../shard-map/shard-map.ts';
import type { DatabasesConfig } from '../topology/topology.ts';
import { withMigrationLock } from './migration-lock.ts';

/**
 * Writes the first shard map, which spreads the logical shards of users evenly over the configured shards, and the ownership
 * that each shard checks writes against. Once there is a map only a move changes it.
 * @param spares configured shards that the first map leaves empty, for logical shards to be moved to later
 * @returns the map in force
 * @throws MigrationError when the map in force names a shard that is not configured, or a spare is not, or all are spares
 */
export async function ensureShardMap(
  { catalog, shards }: DatabasesConfig,
  spares: readonly string[] = [],
): Promise<ShardMap> {
  const mapped = Object.keys(shards).filter((name) => !spares.includes(name));
  assertSpares(spares, Object.keys(shards), mapped);
  return withMigrationLock(catalog.primary, async (connection) => {
    const existing = await readShardMap(connection);
    if (existing !== undefined) {
      assertConfigured(existing, Object.keys(shards));
      return existing;
    }
    const map = ShardMap.spreadEvenly(mapped.toSorted(compareNaturally));
    await Promise.all(
      Object.entries(shards).map(([name, { primary }]) => writeOwnership(primary, map.logicalShardsOf(name))),
    );
    // Last: from here on the map is in force, and users are written where it says.
    await connection.query('INSERT INTO shard_map (version, ranges, note) VALUES ($1, $2, $3)', [
      map.version,
      JSON.stringify(map.ranges),
      'the first map',
    ]);
    return map;
  });
}

function assertSpares(spares: readonly string[], configured: readonly string[], mapped: readonly string[]): void {
  const unknown = spares.filter((name) => !configured.includes(name));
  if (unknown.length > 0) throw new MigrationError(`the spare ${unknown.join(', ')} is not configured`);
  if (mapped.length === 0) throw new MigrationError('not every shard can be a spare: one must have the logical shards');
}

function assertConfigured(map: ShardMap, configured: readonly string[]): void {
  const missing = map.databaseNames().filter((name) => !configured.includes(name));
  if (missing.length > 0) {
    throw new MigrationError(`shard map ${map.version} names ${missing.join(', ')}, which is not configured`);
  }
}

// Before there is a map there are no users, so what an interrupted run has left here means nothing.
async function writeOwnership(url: string, logicalShards: readonly number[]): Promise<void> {
  const connection = new Client({ connectionString: url, application_name: 'migrate' });
  connection.on('error', () => undefined);
  try {
    await connection.connect();
    await connection.query('BEGIN');
    await connection.query('DELETE FROM shard_ownership');
    await connection.query('INSERT INTO shard_ownership (logical_shard) SELECT unnest($1::smallint[])', [
      logicalShards,
    ]);
    await connection.query('COMMIT');
  } finally {
    await connection.end().catch(() => undefined);
  }
}

// shard_10 comes after shard_9.
function compareNaturally(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
