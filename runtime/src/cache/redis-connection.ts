import { createClient } from '@keyv/redis';

export type RedisClient = ReturnType<typeof createRedisClient>;

const CONNECT_TIMEOUT_MS = 1_000;
const PING_INTERVAL_MS = 1_000;
/** A connection on which not even a ping is answered for so long is dead. */
const SILENCE_LIMIT_MS = 5_000;
const FIRST_RECONNECT_MS = 50;
const SLOWEST_RECONNECT_MS = 1_000;
const QUEUE_LIMIT = 10_000;

export interface RedisOptions {
  /** `redis://` or `rediss://`, with user, password and database number where there are any. */
  readonly url: string;
  /** Told of every failed attempt to connect and every connection that was lost. */
  readonly onError: (error: Error) => void;
  /** Whether a lost connection is made again. Default true. */
  readonly reconnects?: boolean;
}

/** The client that Keyv's Redis adapter is made of, on one connection. Whoever makes it connects it and destroys it. */
export function createRedisClient({ url, onError, reconnects = true }: RedisOptions) {
  const client = createClient({ url, ...redisClientOptions(reconnects) });
  client.on('error', onError);
  return client;
}

/** What is the same for all connections to Redis. */
export function redisClientOptions(reconnects: boolean) {
  return {
    // No queue of commands builds up while the server is away: they are refused at once.
    disableOfflineQueue: true,
    commandsQueueMaxLength: QUEUE_LIMIT,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_LIMIT_MS,
      reconnectStrategy: reconnects && reconnectDelayMs,
    },
  };
}

function reconnectDelayMs(attempts: number): number {
  return Math.min(FIRST_RECONNECT_MS * 2 ** attempts, SLOWEST_RECONNECT_MS);
}

/** Connects in the background, and waits for it no longer than one attempt takes: a service starts without its cache, too. */
export async function connectInBackground(client: RedisClient): Promise<void> {
  const firstFailure = new Promise<void>((resolve) => client.once('error', () => resolve()));
  const connected = client.connect().then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([connected, firstFailure]);
}

/** Drops the connection without waiting for answers, which may never come. */
export function disconnect(client: RedisClient): void {
  if (client.isOpen) client.destroy();
}
