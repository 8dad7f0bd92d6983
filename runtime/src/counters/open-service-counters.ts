import type { CacheSettings } from '../cache/cache-settings.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import type { CounterStore } from './counter-store.ts';
import { openCounterStore } from './open-counter-store.ts';

/**
 * Opens the counters of a service where it caches. The service starts whether or not that can be reached; failures to reach it
 * are logged.
 *
 * @param options.settings from `cacheSettings`; undefined, where caching is switched off, gathers in this process
 */
export function openServiceCounters(options: {
  readonly settings: CacheSettings | undefined;
  readonly logger: Logger;
}): Promise<CounterStore> {
  const { settings, logger } = options;
  const logFailure = createFailureLog({ logger, component: 'counters' });
  return openCounterStore({
    url: settings?.url,
    onNotice: (notice, error) => {
      if (error) logFailure(error);
      else logger.info({ component: 'counters' }, notice);
    },
  });
}
