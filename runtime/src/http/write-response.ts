import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../errors/system-error-code.ts';
import type { HttpResponse } from './http-message.ts';

/** After an answer that was given before the body had arrived, how long and how much more of it is taken in. */
const lingerMs = 2_000;
const lingerBytes = 64 * 1024 * 1024;

/**
 * Writes an answer. Resolves when it was handed to the system or the client has gone.
 *
 * @param extraHeaders the handler's own win over them, except for `vary`, where all hold
 */
export async function writeResponse(
  target: ServerResponse<IncomingMessage>,
  response: HttpResponse,
  extraHeaders: Iterable<readonly [string, string]>,
): Promise<void> {
  if (target.destroyed) return;
  const { status, body } = response;
  const head = headOf(response, extraHeaders);
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
    await writeStream(target.writeHead(status, head), body, response.cut);
    return;
  }
  const length = Buffer.byteLength(body);
  if (status !== 204 && status !== 304) head['content-length'] = length;
  if (target.req.complete) target.writeHead(status, head).end(body, encodingOf(body, length));
  else await lingerBeforeEnd(target.writeHead(status, { ...head, connection: 'close' }), body);
}

/** For a text in UTF-8 Node sets three bytes aside for each character; one that is all ASCII needs but one. */
function encodingOf({ length }: string | Buffer, byteLength: number): BufferEncoding {
  return length === byteLength ? 'latin1' : 'utf8';
}

/** Given to Node as a whole: headers that are set one by one are copied twice on their way. */
function headOf(
  { headers }: HttpResponse,
  extraHeaders: Iterable<readonly [string, string]>,
): Record<string, string | number> {
  const head: Record<string, string | number> = {};
  for (const [name, value] of extraHeaders) head[name] = value;
  for (const [name, value] of headers) {
    // Each of them names more of what the answer depends on.
    const isMore = name === 'vary' && head[name] !== undefined;
    head[name] = isMore ? `${head[name]}, ${value}` : value;
  }
  return head;
}

async function writeStream(
  target: ServerResponse,
  body: AsyncIterable<string>,
  cut: AbortSignal | undefined,
): Promise<void> {
  // A client waits for the head, and the first piece may be long in coming.
  target.flushHeaders();
  try {
    await pipeline(Readable.from(body), target, { ...(cut && { signal: cut }) });
  } catch (error) {
    // A client that leaves in the middle of a stream is normal; a source that fails is for the caller to log.
    if (!cut?.aborted && systemErrorCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/**
 * Closing a socket that has unread data resets the connection, and the client, still sending, would never read the answer. So
 * the whole answer goes out first, then the rest of the body is taken in for a while, and only then the connection is closed.
 */
async function lingerBeforeEnd(target: ServerResponse<IncomingMessage>, body: string | Buffer): Promise<void> {
  const request = target.req;
  const { promise, resolve } = Promise.withResolvers<void>();
  let remainingBytes = lingerBytes;
  const timer = setTimeout(resolve, lingerMs);
  request.on('data', (chunk: Buffer) => {
    remainingBytes -= chunk.length;
    if (remainingBytes < 0) resolve();
  });
  request.once('end', resolve);
  request.once('close', resolve);
  target.write(body);
  await promise;
  clearTimeout(timer);
  target.end();
}
