import { setTimeout as delay } from 'node:timers/promises';
import type { PrismaClient } from '../../generated/catalog/client.ts';
import { DatabaseUnavailableError, recoverUnavailable } from '../errors/database-unavailable-error.ts';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';
import { loadShardMap } from '../shard-map/load-shard-map.ts';
import type { ShardMap } from '../shard-map/shard-map.ts';
import { sqlStateOf, UNDEFINED_TABLE } from '../sql/sql-state.ts';

export interface WaitForShardMapOptions {
  limitMs: number;
  signal: AbortSignal | undefined;
  /** Called before every wait with what is waited for. */
  onWait: (reason: string) => void;
}

const RETRY_DELAY_MS = 500;
const NOT_MIGRATED = 'the catalog holds no shard map yet: run the migrate command';

/**
 * Loads the shard map, and tries again while the catalog cannot be reached or was not migrated yet: at a deployment everything
 * starts at once.
 * @throws DatabaseUnavailableError or DatabasesConfigError when the limit has passed; the signal's reason when it is aborted
 */
export async function waitForShardMap(
  catalog: PrismaClient,
  { limitMs, signal, onWait }: WaitForShardMapOptions,
): Promise<ShardMap> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await tryToLoad(catalog);
    if (found.map !== undefined) return found.map;
    if (performance.now() + RETRY_DELAY_MS > deadline) throw found.error;
    onWait(found.error.message);
    await delay(RETRY_DELAY_MS, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

type Attempt = { map: ShardMap } | { map?: undefined; error: Error };

async function tryToLoad(catalog: PrismaClient): Promise<Attempt> {
  try {
    const map = await loadShardMap(catalog);
    return map === undefined ? { error: new DatabasesConfigError(NOT_MIGRATED) } : { map };
  } catch (caught) {
    const error = recoverUnavailable(caught);
    if (error instanceof DatabaseUnavailableError) return { error };
    if (isTableMissing(error)) return { error: new DatabasesConfigError(NOT_MIGRATED) };
    throw error;
  }
}

function isTableMissing(error: unknown): boolean {
  return sqlStateOf(error) === UNDEFINED_TABLE;
}
