import { connect, type Socket } from 'node:net';
import { type MemcachedReply, parseReply } from './memcached-protocol.ts';

const CONNECT_TIMEOUT_MS = 1_000;
/** A connection that owes an answer for so long is dead. */
const SILENCE_LIMIT_MS = 5_000;
const FIRST_RECONNECT_MS = 50;
const SLOWEST_RECONNECT_MS = 1_000;
const QUEUE_LIMIT = 10_000;
const REFUSAL = /^(ERROR|CLIENT_ERROR|SERVER_ERROR)\b/;

interface Waiting {
  resolve(reply: MemcachedReply): void;
  reject(error: Error): void;
}

/** One connection to one server, which is made again for ever. Commands are refused at once while there is none. */
export interface MemcachedConnection {
  /** Commands of one tick share a write; replies come in their order. */
  send(command: string | Buffer): Promise<MemcachedReply>;
  close(): void;
}

/** @returns `firstAttempt` resolves when the first try to connect is over, however it ended */
export function connectMemcached(options: {
  host: string;
  port: number;
  /** Told of every connection that was lost or could not be made. */
  onError: (error: Error) => void;
}): { connection: MemcachedConnection; firstAttempt: Promise<void> } {
  const { host, port, onError } = options;
  const firstAttempt = Promise.withResolvers<void>();
  let waiting: Waiting[] = [];
  let socket: Socket | undefined;
  let isUp = false;
  let isClosed = false;
  let reconnectMs = FIRST_RECONNECT_MS;
  let reconnecting: NodeJS.Timeout | undefined;

  function open(): void {
    const attempt = connect({ host, port, noDelay: true });
    socket = attempt;
    let received: Buffer = Buffer.alloc(0);
    let failure = new Error(`memcached closed the connection to ${host}:${port}`);
    attempt.setTimeout(CONNECT_TIMEOUT_MS);
    attempt.on('connect', () => {
      attempt.setTimeout(SILENCE_LIMIT_MS);
      reconnectMs = FIRST_RECONNECT_MS;
      isUp = true;
      firstAttempt.resolve();
    });
    attempt.on('timeout', () => {
      if (attempt.connecting || waiting.length > 0) attempt.destroy(new Error('memcached does not answer'));
    });
    attempt.on('data', (chunk: Buffer) => {
      received = received.length > 0 ? Buffer.concat([received, chunk]) : chunk;
      try {
        received = received.subarray(settleReplies(received));
      } catch (error) {
        attempt.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    attempt.on('error', (error) => {
      failure = error;
    });
    attempt.on('close', () => lose(failure));
  }

  /** Hands the replies to those who wait for them, and returns where they end. */
  function settleReplies(received: Buffer): number {
    let offset = 0;
    for (let parsed = parseReply(received); parsed; parsed = parseReply(received.subarray(offset))) {
      offset += parsed.end;
      const { reply } = parsed;
      const next = waiting.shift();
      if (typeof reply === 'string' && REFUSAL.test(reply)) next?.reject(new Error(`memcached refused: ${reply}`));
      else next?.resolve(reply);
    }
    return offset;
  }

  function lose(error: Error): void {
    isUp = false;
    const refused = waiting;
    waiting = [];
    for (const each of refused) each.reject(error);
    firstAttempt.resolve();
    if (isClosed) return;
    onError(error);
    reconnecting = setTimeout(open, reconnectMs);
    reconnectMs = Math.min(2 * reconnectMs, SLOWEST_RECONNECT_MS);
  }

  open();
  return {
    firstAttempt: firstAttempt.promise,
    connection: {
      send: (command) =>
        new Promise((resolve, reject) => {
          if (!socket || !isUp || waiting.length >= QUEUE_LIMIT) {
            reject(new Error(`memcached at ${host}:${port} takes no commands`));
            return;
          }
          waiting.push({ resolve, reject });
          socket.write(command);
        }),
      close: () => {
        isClosed = true;
        clearTimeout(reconnecting);
        socket?.destroy();
      },
    },
  };
}
