import { type RedisCommands, serverCommands } from './redis-commands.ts';
import { connectInBackground, createRedisClient, disconnect } from './redis-connection.ts';
import type { RedisListenerOptions } from './redis-listener.ts';
import { oneBucket, type TagBuckets } from './tag-buckets.ts';

/** A server or a cluster that is kept connected. */
export interface OpenRedis {
  readonly commands: RedisCommands;
  readonly listener: RedisListenerOptions;
  bucketsOf(prefix: string): TagBuckets;
  close(): void;
}

/**
 * Connects to Redis or Valkey. Resolves whether or not it can be reached.
 * @param url `redis://`, `rediss://`, `valkey://` or `valkeys://`, each also with `+cluster` and several hosts
 */
export async function openRedis(url: string, onError: (error: Error) => void): Promise<OpenRedis> {
  // Valkey speaks the same protocol; its scheme is unknown to the client.
  const serverUrl = url.replace(/^valkey/, 'redis');
  const client = createRedisClient({ url: serverUrl, onError });
  await connectInBackground(client);
  return {
    commands: serverCommands(client),
    listener: { urls: [serverUrl], onError },
    bucketsOf: oneBucket,
    close: () => disconnect(client),
  };
}
