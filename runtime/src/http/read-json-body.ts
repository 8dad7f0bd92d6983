import { isAscii } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import { CodedError } from '../errors/coded-error.ts';
import { refuseNul } from './refuse-nul.ts';

/** Lenient decoding would put replacement characters in the place of what the client meant, and store them. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the body of a request, of at most so many bytes. What it throws is the answer. */
export type BodyReader = (request: IncomingMessage, limitBytes: number) => Promise<unknown>;

/**
 * Reads a request's body as one JSON object.
 *
 * @throws CodedError what `readJson` throws, and BAD_REQUEST when the JSON is not an object
 */
export async function readJsonObject(request: IncomingMessage, limitBytes: number): Promise<Record<string, unknown>> {
  return requireObject(await readJson(request, limitBytes));
}

/**
 * Reads a request's body as one JSON object, or as a list of whatever it holds.
 *
 * @throws CodedError what `readJson` throws, and BAD_REQUEST when the JSON is neither
 */
export async function readJsonObjectOrList(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Record<string, unknown> | unknown[]> {
  return parseJsonObjectOrList(await readJsonBytes(request, limitBytes));
}

/**
 * Reads a request's body as JSON.
 *
 * @throws CodedError what `readJsonBytes` and `parseJsonBytes` throw
 */
async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  return parseJsonBytes(await readJsonBytes(request, limitBytes));
}

/**
 * Reads the bytes of a request's body that says it is JSON, for who has to see them before they are parsed.
 *
 * @throws CodedError, at once or later, UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE (as soon as it is known: by content-length before anything is read,
 *   otherwise at the byte that exceeds the limit)
 */
export function readJsonBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  requireJson(request.headers['content-type']);
  refuseEncoded(request.headers['content-encoding']);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
  return readBytes(request, limitBytes);
}

/**
 * The JSON object in the bytes of a body.
 *
 * @throws CodedError MALFORMED_JSON, BAD_USER_INPUT for NUL, and BAD_REQUEST when the JSON is not an object
 */
export function parseJsonObject(bytes: Buffer): Record<string, unknown> {
  return requireObject(parseJsonBytes(bytes));
}

/**
 * The JSON object in the bytes of a body, or the list of whatever it holds.
 *
 * @throws CodedError MALFORMED_JSON, BAD_USER_INPUT for NUL, and BAD_REQUEST when the JSON is neither
 */
export function parseJsonObjectOrList(bytes: Buffer): Record<string, unknown> | unknown[] {
  const value = parseJsonBytes(bytes);
  if (!isObject(value) && !Array.isArray(value)) throw new CodedError('BAD_REQUEST', 'The body must be a JSON object');
  return value;
}

/** @throws CodedError MALFORMED_JSON, BAD_USER_INPUT for NUL */
function parseJsonBytes(bytes: Buffer): unknown {
  const text = decodeUtf8(bytes);
  refuseNul(text);
  return parseJson(text);
}

function requireJson(contentType: string | undefined): void {
  if (contentType === 'application/json') return;
  const type = parseMediaType(contentType);
  const charset = type?.params.get('charset')?.toLowerCase() ?? 'utf-8';
  if (type?.essence === 'application/json' && charset === 'utf-8') return;
  throw new CodedError('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json in UTF-8');
}

/** A compressed body is not unpacked: the limit would have to hold for what comes out of it, too. */
function refuseEncoded(contentEncoding: string | undefined): void {
  if (contentEncoding === undefined || contentEncoding.trim().toLowerCase() === 'identity') return;
  throw new CodedError('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed: send no Content-Encoding');
}

function parseMediaType(contentType: string | undefined): MIMEType | undefined {
  if (contentType === undefined) return undefined;
  try {
    return new MIMEType(contentType);
  } catch {
    return undefined;
  }
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  // Events, not `for await`: leaving that loop would destroy the socket, and with it the answer that says what was wrong.
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > limitBytes) {
      request.off('data', onData);
      reject(bodyTooLarge(limitBytes));
      return;
    }
    chunks.push(chunk);
  };
  request.on('data', onData);
  // `once` costs a wrapper each; the first two come once anyway.
  request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)));
  // A client that goes away in the middle is no defect of ours, so it must not be logged as one.
  const onIncomplete = (): void => {
    // Every request is closed at last; an error, with its stack, is made only for those that were cut off.
    if (!request.complete) reject(new CodedError('BAD_REQUEST', 'The request ended before its body was complete'));
  };
  request.on('close', onIncomplete);
  request.on('error', onIncomplete);
  return promise;
}

function decodeUtf8(bytes: Buffer): string {
  // Most bodies are; it takes a look at their bytes, and no decoder.
  if (isAscii(bytes)) return bytes.toString('latin1');
  try {
    return utf8.decode(bytes);
  } catch {
    throw new CodedError('MALFORMED_JSON', 'The body is not valid UTF-8');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CodedError('MALFORMED_JSON', 'Invalid JSON in the body');
  }
}

function requireObject(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new CodedError('BAD_REQUEST', 'The body must be a JSON object');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bodyTooLarge(limitBytes: number): CodedError {
  return new CodedError('BODY_TOO_LARGE', `The body exceeds ${limitBytes} bytes`, { extensions: { limitBytes } });
}
