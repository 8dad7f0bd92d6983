import { cacheSettings, cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { createLogger } from '@tributary/runtime/logging/logger';
import { z } from 'zod';
import { processVariables } from '../environment.ts';
import { openSharedRedis, type SharedRedis } from '../persisted-operations/shared-redis.ts';

/**
 * Runs part of a command with the Redis of `TRIBUTARY_CACHE_URL`, and closes it.
 * @param run is given `undefined` where gateways share none
 * @throws EnvironmentError; whatever `run` throws
 */
export async function withCommandRedis<T>(run: (redis: SharedRedis | undefined) => Promise<T>): Promise<T> {
  const settings = cacheSettings(parseEnvironment(z.object(cacheVariables), processVariables({})));
  const logger = createLogger({ service: 'command', level: 'silent' });
  const redis = await openSharedRedis(settings?.url, { logger });
  try {
    return await run(redis);
  } finally {
    redis?.close();
  }
}

/**
 * The same for a command that can do nothing without one.
 * @throws Error where gateways share none
 */
export function withSharedRedis<T>(run: (redis: SharedRedis) => Promise<T>): Promise<T> {
  return withCommandRedis(async (redis) => {
    if (!redis) throw new Error('TRIBUTARY_CACHE_URL has to name the Redis or Valkey that the gateways share');
    return run(redis);
  });
}
