import type { CacheSettings } from '../cache/cache-settings.ts';
import { redisSchemes, schemeOf } from '../cache/cache-url.ts';
import { openRedis } from '../cache/open-redis.ts';
import type { WithoutRedisOptions } from '../environment/rate-limit-variables.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { type FieldLimits, withFallback } from './field-limits.ts';
import { createLocalCallWindow } from './local-call-window.ts';
import { createRedisCallWindow } from './redis-call-window.ts';

export interface OpenFieldLimits extends FieldLimits {
  close(): void;
}

/**
 * Opens what counts the calls of limited fields: in the Redis of the cache, else in this process. It resolves whether or not that can
 * be reached.
 * @param options.limits `off` where no field is limited
 */
export async function openFieldLimits(options: {
  readonly limits: WithoutRedisOptions | 'off';
  readonly settings: CacheSettings | undefined;
  readonly logger: Logger;
}): Promise<OpenFieldLimits | undefined> {
  const { limits, settings, logger } = options;
  if (limits === 'off') return undefined;
  const local = createLocalCallWindow(limits);
  const url = settings?.url;
  if (url === undefined || !redisSchemes.includes(schemeOf(url))) {
    logger.info(
      { processes: limits.processes },
      'no Redis is set: calls of limited fields are counted by each process',
    );
    return { window: local, close: () => undefined };
  }
  const redis = await openRedis(url, createFailureLog({ logger, component: 'limits of fields' }));
  const shared = createRedisCallWindow({ commands: redis.commands, budgetMs: limits.budgetMs });
  return { window: withFallback(shared, { local, withoutStore: limits.withoutStore }), close: () => redis.close() };
}
