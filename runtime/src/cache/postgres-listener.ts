import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Subscription } from './coordination.ts';
import { keepListening } from './keep-listening.ts';
import { type PrimaryUrl, urlNow } from './primary-pool.ts';

export interface PostgresListenerOptions {
  /** Of a primary: a replica refuses LISTEN. It is followed to another server. */
  readonly url: PrimaryUrl;
  readonly channel: string;
  onMessage(message: string): void;
  /** Called whenever it begins to hear: what was said before was missed. */
  onConnected(): void;
  /** Called whenever it hears no more, and when it could not begin to. */
  onLost(error: Error): void;
}

const CONNECT_TIMEOUT_MS = 1_000;
const PING_INTERVAL_MS = 1_000;
/** A connection on which a ping is not answered for so long is dead. */
const SILENCE_LIMIT_MS = 5_000;

/** Hears the notifications of a channel for ever. Resolves when it hears, or when the server could not be reached. */
export function listenToPostgres(options: PostgresListenerOptions): Promise<Subscription> {
  const { url, channel } = options;
  return keepListening(async ({ signal, onConnected }) => {
    const connectionString = urlNow(url);
    const isReplaced = (): boolean => urlNow(url) !== connectionString;
    const listener = new Client({
      connectionString,
      application_name: `listen ${channel}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: SILENCE_LIMIT_MS,
    });
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => undefined);
    listener.on('error', lost.reject);
    listener.on('end', () => lost.reject(new Error('the server closed the connection for notifications')));
    listener.on('notification', ({ payload = '' }) => options.onMessage(payload));
    try {
      await listener.connect();
      await listener.query(`listen ${listener.escapeIdentifier(channel)}`);
      options.onConnected();
      onConnected();
      await Promise.race([lost.promise, once(signal, 'abort'), pingUntilSilent(listener, { signal, isReplaced })]);
    } catch (error) {
      options.onLost(error instanceof Error ? error : new Error(String(error)));
    } finally {
      // It may still say something until it has ended.
      listener.removeAllListeners('notification');
      listener.end().catch(() => undefined);
    }
  });
}

/** Rejects when the server does not answer any more, or is not the one to ask any more. */
async function pingUntilSilent(
  listener: Client,
  { signal, isReplaced }: { signal: AbortSignal; isReplaced: () => boolean },
): Promise<void> {
  while (!signal.aborted) {
    await delay(PING_INTERVAL_MS, undefined, { signal });
    if (isReplaced()) throw new Error('another server is the primary now');
    await listener.query('select 1');
  }
}
