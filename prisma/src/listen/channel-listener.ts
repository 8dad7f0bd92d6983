import { Client } from 'pg';

export interface ChannelListenerOptions {
  /** URL of the primary at the moment: a replica refuses LISTEN. It is asked again all the time, and followed. */
  url: () => string;
  /** Name of the NOTIFY channel. */
  channel: string;
  /** Called for every notification, and after every (re)connect, because a notification may have been missed before it. */
  onWake: () => void;
  /** Called when the connection is lost or cannot be made; the listener goes on trying. */
  onError: (error: Error) => void;
  /** How long to wait before the next attempt to connect. */
  reconnectDelayMs?: number;
}

export interface ChannelListener {
  /** Begins to connect and returns at once. */
  start(): void;
  /** Stops listening and waits until the connection is gone. */
  close(): Promise<void>;
}

const CONNECTION_TIMEOUT_MS = 5_000;
/** How soon it is noticed that the primary is another one. */
const FOLLOW_INTERVAL_MS = 500;

type State =
  | { phase: 'idle' }
  | { phase: 'connected'; client: Client; attempt: Promise<void>; follow: NodeJS.Timeout }
  | { phase: 'waiting'; timer: NodeJS.Timeout }
  | { phase: 'closed' };

/**
 * Listens to a NOTIFY channel of one database on a connection of its own, which it opens again whenever it is lost, and on
 * another server when that becomes the primary. A notification is a hint that saves a poll's delay, not a promise: whoever uses it polls as well.
 */
export function createChannelListener({
  url,
  channel,
  onWake,
  onError,
  reconnectDelayMs = 1_000,
}: ChannelListenerOptions): ChannelListener {
  let state: State = { phase: 'idle' };

  const connect = (): void => {
    const connectionString = url();
    const client = new Client({
      connectionString,
      application_name: `listen ${channel}`,
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
      keepAlive: true,
    });
    const isCurrent = () => state.phase === 'connected' && state.client === client;
    const lose = (error: Error): void => {
      if (!isCurrent()) return;
      clearInterval(follow);
      state = { phase: 'waiting', timer: setTimeout(connect, reconnectDelayMs) };
      // What the end of a broken connection has to say was said by the error that broke it.
      client.end().catch(() => undefined);
      onError(error);
    };
    client.on('error', lose);
    client.on('end', () => lose(new Error(`the connection that listens to ${channel} was closed by the server`)));
    client.on('notification', () => onWake());
    const attempt = (async () => {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      if (isCurrent()) onWake();
    })().catch(lose);
    const follow = setInterval(() => {
      if (url() !== connectionString) lose(new Error(`${channel} is listened to on another server from now on`));
    }, FOLLOW_INTERVAL_MS);
    state = { phase: 'connected', client, attempt, follow };
  };

  return {
    start() {
      if (state.phase === 'idle') connect();
    },
    async close() {
      const last = state;
      state = { phase: 'closed' };
      if (last.phase === 'waiting') clearTimeout(last.timer);
      if (last.phase !== 'connected') return;
      clearInterval(last.follow);
      await last.attempt;
      await last.client.end();
    },
  };
}
