import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { CodedError } from '../errors/coded-error.ts';
import { rawResponse } from './client-errors.ts';
import type { ConnectionWatcher } from './close-when-idle.ts';
import { IdleConnections } from './idle-connections.ts';
import type { HeaderList } from './security-headers.ts';

/** How many of those that are refused may be told so at once; connections beyond are cut by Node without a word. */
const MOST_REFUSALS = 100;
/** How long they are given to read it. */
const LINGER_MS = 2_000;
const RETRY_AFTER_SECONDS = 1;

/**
 * Bounds how many connections there are, since each takes memory and a file descriptor. One more closes the one that has been idle for
 * longest, those first that never sent a request, so that nobody keeps others out by holding connections; if all are busy, it gets a 503.
 * @returns what is to be told of them
 */
export function limitConnections(
  server: Server,
  { most, headers }: { most: number; headers: HeaderList },
): ConnectionWatcher {
  const overload = new CodedError('OVERLOADED', 'There are more connections than there can be: come back later', {
    extensions: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
  const refusal = rawResponse(overload, [...headers, ['retry-after', String(RETRY_AFTER_SECONDS)]]);
  const connections = new IdleConnections();
  server.maxConnections = most + MOST_REFUSALS;

  return {
    opened(socket) {
      if (connections.size >= most) {
        const idle = connections.takeLongestIdle();
        if (!idle) {
          refuse(socket, refusal);
          return;
        }
        idle.destroy();
      }
      connections.add(socket);
    },
    busy: (socket) => connections.busy(socket),
    idle: (socket) => connections.idle(socket),
  };
}

function refuse(socket: Socket, refusal: string): void {
  socket.end(refusal);
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}
