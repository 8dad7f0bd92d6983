import { type RedisCommands, serverCommands } from '@tributary/runtime/cache/redis-commands';
import {
  connectInBackground,
  createRedisClient,
  disconnect,
  type RedisClient,
} from '@tributary/runtime/cache/redis-connection';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';

/** One connection to the Redis that gateways share. */
export interface SharedRedis {
  readonly client: RedisClient;
  readonly commands: RedisCommands;
  close(): void;
}

/** Schemes of one server, which speaks the protocol of Redis. */
const SERVER = /^(?:redis|valkey)(s?):\/\//;

/**
 * Connects to the Redis of a URL; it resolves whether or not that can be reached.
 * @returns `undefined` where there is none: without a URL, and for stores that only keep values
 */
export async function openSharedRedis(
  url: string | undefined,
  { logger }: { logger: Logger },
): Promise<SharedRedis | undefined> {
  if (url === undefined) return undefined;
  if (!SERVER.test(url)) {
    logger.warn('persisted operations are shared through one Redis or Valkey server; this process keeps its own');
    return undefined;
  }
  const onError = createFailureLog({ logger, component: 'Redis of persisted operations' });
  // Valkey speaks the same protocol; its scheme is unknown to the client.
  const client = createRedisClient({ url: url.replace(SERVER, 'redis$1://'), onError });
  await connectInBackground(client);
  return { client, commands: serverCommands(client), close: () => disconnect(client) };
}
