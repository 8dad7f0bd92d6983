import { schemeOf, serverUrlsOf } from './cache-url.ts';
import { connectCluster } from './redis-cluster.ts';
import { type RedisCommands, serverCommands } from './redis-commands.ts';
import { connectInBackground, createRedisClient, disconnect } from './redis-connection.ts';
import type { RedisListenerOptions } from './redis-listener.ts';
import { clusterBuckets, oneBucket, type TagBuckets } from './tag-buckets.ts';

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
  const scheme = schemeOf(url);
  // Valkey speaks the same protocol; its scheme is unknown to the client.
  const serverScheme = scheme.replace('+cluster', '').replace(/^valkey/, 'redis');
  const urls = serverUrlsOf(url, serverScheme);
  const listener = { urls, onError };
  if (scheme.endsWith('+cluster')) {
    const cluster = await connectCluster({ urls, onError });
    return { commands: cluster.commands, listener, bucketsOf: clusterBuckets, close: () => cluster.close() };
  }
  const [serverUrl = ''] = urls;
  const client = createRedisClient({ url: serverUrl, onError });
  await connectInBackground(client);
  return {
    commands: serverCommands(client),
    listener,
    bucketsOf: oneBucket,
    close: () => disconnect(client),
  };
}
