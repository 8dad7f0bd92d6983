import { ShardMovingError } from '../errors/shard-moving-error.ts';
import { SHARD_BEING_MOVED, SHARD_NOT_OWNED, sqlStateOf } from '../sql/sql-state.ts';

/**
 * Runs a write and, when a database refused it because the logical shard lives elsewhere by now, runs it once more with a fresh
 * shard map. The write finds its client, and makes its ids, inside the callback: both belong to the map of that moment.
 * @throws ShardMovingError when the logical shard is being moved; what the write throws otherwise
 */
export async function withShardRetry<T>(refreshShardMap: () => Promise<void>, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (sqlStateOf(error) !== SHARD_NOT_OWNED) throw asShardMoving(error);
  }
  await refreshShardMap();
  try {
    return await write();
  } catch (error) {
    // Still refused by the newest map: the move has handed the shard over and not published the new map yet.
    throw sqlStateOf(error) === SHARD_NOT_OWNED ? new ShardMovingError(error) : asShardMoving(error);
  }
}

function asShardMoving(error: unknown): unknown {
  return sqlStateOf(error) === SHARD_BEING_MOVED ? new ShardMovingError(error) : error;
}
