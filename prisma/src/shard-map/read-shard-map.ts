import type { ClientBase } from 'pg';
import { ShardMap } from './shard-map.ts';

/**
 * Reads the shard map that is in force through a plain connection to the catalog's primary, for commands that need no more of it.
 * @returns `undefined` before the first map was written
 * @throws ShardMapError when what is stored is no valid map
 */
export async function readShardMap(catalog: ClientBase): Promise<ShardMap | undefined> {
  const { rows } = await catalog.query<{ version: number; ranges: unknown }>(
    'SELECT version, ranges FROM shard_map ORDER BY version DESC LIMIT 1',
  );
  const [newest] = rows;
  return newest && ShardMap.parse(newest.version, newest.ranges);
}
