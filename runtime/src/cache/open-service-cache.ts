import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import type { CacheMeasuring } from '../metrics/cache-metrics.ts';
import type { Cache } from './cache.ts';
import type { CacheSettings } from './cache-settings.ts';
import { openCache } from './open-cache.ts';
import type { PrimaryUrl } from './primary-pool.ts';

export interface ServiceCacheOptions {
  /** From `cacheSettings`; undefined where caching is switched off. */
  readonly settings: CacheSettings | undefined;
  /** The primary of the catalog, in a service that has one: processes agree there when nothing else is named. */
  readonly catalogUrl?: PrimaryUrl | undefined;
  /** The service: its keys are apart from those of others, while tags and messages are common to all. */
  readonly name: string;
  readonly logger: Logger;
  /** From `measureCache`; absent where nothing is measured. */
  readonly measuring?: CacheMeasuring | undefined;
}

/**
 * Opens the cache of a service, or nothing where caching is switched off. The service starts whether or not the stores can be
 * reached; failures to reach them are logged. Closing the cache closes its connections.
 */
export async function openServiceCache(options: ServiceCacheOptions): Promise<Cache | undefined> {
  const { settings, catalogUrl, name, logger, measuring } = options;
  if (settings === undefined) return undefined;
  const logFailure = createFailureLog({ logger, component: 'cache' });
  return openCache({
    url: settings.url,
    coordinationUrl: settings.coordinationUrl,
    fallbackCoordinationUrl: catalogUrl,
    name,
    l1: { limitBytes: settings.localLimitBytes },
    embeddedLimitBytes: settings.localLimitBytes,
    ...(settings.waitMs !== undefined && { waitMs: settings.waitMs }),
    ...(settings.budgetMs !== undefined && { budgetMs: settings.budgetMs }),
    ...measuring,
    onNotice: (notice, error) => {
      if (error) logFailure(error);
      else logger.info({ component: 'cache' }, notice);
    },
  });
}
