import { redisSchemes, schemeOf } from '../cache/cache-url.ts';
import { openRedis } from '../cache/open-redis.ts';
import { DEFAULT_PREFIX } from '../cache/open-stores.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import { createPostgresViewerEvents } from './postgres-viewer-events.ts';
import { createRedisViewerEvents } from './redis-viewer-events.ts';
import type { ViewerEvents } from './viewer-events.ts';

/**
 * Opens what carries events to viewers; it resolves whether or not it can be reached, and failures to reach it are logged.
 * @param url of Redis, Valkey or the primary of a Postgres database, as `viewerEventsUrl` gives it
 */
export async function openViewerEvents(url: string, logger: Logger): Promise<ViewerEvents> {
  const onError = createFailureLog({ logger, component: 'events of viewers' });
  if (!redisSchemes.includes(schemeOf(url))) {
    return createPostgresViewerEvents({ url, channel: `${DEFAULT_PREFIX}viewer-events`, onError });
  }
  const redis = await openRedis(url, onError);
  const events = createRedisViewerEvents({ ...redis, prefix: DEFAULT_PREFIX });
  return { ...events, close: async () => redis.close() };
}
