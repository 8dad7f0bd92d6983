import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from './http-message.ts';
import type { HeaderList } from './security-headers.ts';

/** An answer that many requests get: its head is made once, for Node to take as it is. */
export interface PreparedResponse {
  readonly status: number;
  /** Names and values in turn. */
  readonly head: readonly string[];
  /** A text has a character for each byte. */
  readonly body: Buffer | string | undefined;
}

/** One request's share of an answer that others get, too. */
export interface RecalledResponse {
  readonly prepared: PreparedResponse;
  /** Headers of this request's answer alone: names and values in turn. */
  readonly ownHead: readonly string[];
}

/** Up to here Node sends head and body as one text, in one piece; to copy more costs more than a second piece. */
const LONGEST_TEXT = 16_384;

/** @param defaultHeaders those hold that the answer has none of the same name of */
export function prepareResponse(
  { status, headers, body }: Pick<HttpResponse, 'status' | 'headers'> & { body: Buffer | undefined },
  defaultHeaders: HeaderList,
): PreparedResponse {
  const own = [...headers];
  const names = new Set(own.map(([name]) => name));
  const all = [...defaultHeaders.filter(([name]) => !names.has(name)), ...own];
  if (body) all.push(['content-length', String(body.length)]);
  const isShort = body !== undefined && body.length <= LONGEST_TEXT;
  return { status, head: all.flat(), body: isShort ? body.toString('latin1') : body };
}

/**
 * Writes a prepared answer to a request that has been read to its end.
 * @param extraHead what every answer of the server has: names and values in turn
 */
export function writePrepared(
  target: ServerResponse<IncomingMessage>,
  { prepared: { status, head, body }, ownHead }: RecalledResponse,
  extraHead: readonly string[],
): void {
  if (!target.destroyed) target.writeHead(status, [...head, ...ownHead, ...extraHead]).end(body, 'latin1');
}
