import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseUnavailableError, recoverUnavailable } from '../errors/database-unavailable-error.ts';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';
import { sqlStateOf, UNDEFINED_TABLE } from '../sql/sql-state.ts';

export interface CatalogWaitOptions {
  limitMs: number;
  signal: AbortSignal | undefined;
  /** Called before every wait with what is waited for. */
  onWait: (reason: string) => void;
}

const RETRY_DELAY_MS = 500;

/** The catalog is there, and holds nothing yet. */
export const NOT_MIGRATED = 'the catalog holds no shard map yet: run the migrate command';

/**
 * Does what needs the catalog, again and again while it cannot be reached or was not migrated yet: at a deployment everything
 * starts at once.
 * @param work throws DatabasesConfigError for what a migration mends
 * @throws DatabaseUnavailableError or DatabasesConfigError when the limit has passed; the signal's reason when it is aborted; any
 * other error of the work at once
 */
export async function waitForCatalog<Result>(
  work: () => Promise<Result>,
  { limitMs, signal, onWait }: CatalogWaitOptions,
): Promise<Result> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (caught) {
      const error = reasonToWait(caught);
      if (error === undefined) throw caught;
      if (performance.now() + RETRY_DELAY_MS > deadline) throw error;
      onWait(error.message);
    }
    await delay(RETRY_DELAY_MS, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

function reasonToWait(caught: unknown): Error | undefined {
  const error = recoverUnavailable(caught);
  if (error instanceof DatabaseUnavailableError || error instanceof DatabasesConfigError) return error;
  return sqlStateOf(error) === UNDEFINED_TABLE ? new DatabasesConfigError(NOT_MIGRATED) : undefined;
}
