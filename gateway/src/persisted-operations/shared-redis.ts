import { redisSchemes, schemeOf } from '@tributary/runtime/cache/cache-url';
import { openRedis } from '@tributary/runtime/cache/open-redis';
import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';

/** The Redis, server or cluster, that gateways share. */
export interface SharedRedis {
  readonly commands: RedisCommands;
  close(): void;
}

/**
 * Connects to the Redis of a URL; it resolves whether or not that can be reached.
 * @returns `undefined` where there is none: without a URL, and for stores that only keep values
 */
export async function openSharedRedis(
  url: string | undefined,
  { logger }: { logger: Logger },
): Promise<SharedRedis | undefined> {
  if (url === undefined) return undefined;
  if (!redisSchemes.includes(schemeOf(url))) {
    logger.warn('persisted operations are shared through Redis or Valkey only; this process keeps its own');
    return undefined;
  }
  return openRedis(url, createFailureLog({ logger, component: 'Redis of persisted operations' }));
}
