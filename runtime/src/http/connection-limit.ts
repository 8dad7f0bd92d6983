import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { CodedError } from '../errors/coded-error.ts';
import { rawResponse } from './client-errors.ts';
import type { ResponsesUnderWay } from './close-when-idle.ts';
import type { HeaderList } from './security-headers.ts';

/** How many of those that are refused may be told so at once; connections beyond are cut by Node without a word. */
const MOST_REFUSALS = 100;
/** How long they are given to read it. */
const LINGER_MS = 2_000;
const RETRY_AFTER_SECONDS = 1;

/**
 * Bounds how many connections there are, since each takes memory and a file descriptor. One more closes the oldest that is idle, those
 * first on which nothing was ever said, so that nobody keeps others out by holding connections; if all are busy, it gets a 503.
 */
export function limitConnections(
  server: Server,
  { most, responsesUnderWay, headers }: { most: number; responsesUnderWay: ResponsesUnderWay; headers: HeaderList },
): void {
  const isTls = server instanceof TlsServer;
  const overload = new CodedError('OVERLOADED', 'There are more connections than there can be: come back later', {
    extensions: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
  const refusal = rawResponse(overload, [...headers, ['retry-after', String(RETRY_AFTER_SECONDS)]]);
  const refused = new Set<Socket>();
  server.maxConnections = most + MOST_REFUSALS;

  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    if (responsesUnderWay.size - refused.size <= most) return;
    const idle = idleConnection(responsesUnderWay, (open) => open === socket || refused.has(open));
    if (idle) {
      idle.destroy();
      return;
    }
    refused.add(socket);
    socket.once('close', () => refused.delete(socket));
    refuse(socket, refusal);
  });
}

/** @param isExempt for the one that has just come, and for those that read why they are refused */
function idleConnection(
  responsesUnderWay: ResponsesUnderWay,
  isExempt: (socket: Socket) => boolean,
): Socket | undefined {
  let oldest: Socket | undefined;
  for (const [socket, responses] of responsesUnderWay) {
    if (responses.length > 0 || socket.destroyed || isExempt(socket)) continue;
    if (socket.bytesRead === 0) return socket;
    oldest ??= socket;
  }
  return oldest;
}

function refuse(socket: Socket, refusal: string): void {
  socket.end(refusal);
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}
