import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { CodedError } from '../errors/coded-error.ts';
import { systemErrorCode } from '../errors/system-error-code.ts';
import type { ResponsesUnderWay } from './close-when-idle.ts';
import type { HeaderList } from './security-headers.ts';

/** How long a refused client is given to read why, before its connection is cut. */
const lingerMs = 2_000;

/**
 * Answers what is no HTTP request, or none in time: headers that are too large, bytes that do not parse, clients that are too slow.
 * No handler sees those, and Node's own answers have no body; clients get JSON with a code here as for any other failure.
 *
 * @param context.headers what every answer of this server has
 */
export function answerClientErrors(
  server: Server,
  { responsesUnderWay, headers }: { responsesUnderWay: ResponsesUnderWay; headers: HeaderList },
): void {
  server.on('clientError', (error, socket: Socket) => {
    // What is written in the middle of an answer would be taken for a part of it.
    const [inTurn] = responsesUnderWay.get(socket) ?? [];
    if (!socket.writable || inTurn?.headersSent) {
      socket.destroy();
      return;
    }
    socket.end(rawResponse(toCodedError(error), headers));
    const cut = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(cut));
  });
}

function toCodedError(error: Error): CodedError {
  switch (systemErrorCode(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return new CodedError('HEADERS_TOO_LARGE', 'The headers are too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new CodedError('REQUEST_TIMEOUT', 'The request did not arrive in time');
    default:
      return new CodedError('BAD_REQUEST', 'This is not HTTP/1.1');
  }
}

/** An answer to write to a connection that is closed after it. */
export function rawResponse({ httpStatus, message, extensions }: CodedError, headers: HeaderList): string {
  const body = JSON.stringify({ errors: [{ message, extensions }] });
  const head = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
