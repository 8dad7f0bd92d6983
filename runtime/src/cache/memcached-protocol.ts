import { createHash } from 'node:crypto';

const LONGEST_RELATIVE_S = 30 * 24 * 60 * 60;
const PLAIN_KEY = /^[\x21-\x7e]{1,200}$/;
const CRLF = '\r\n';

/** The one line of a reply, or the values of a `get`. */
export type MemcachedReply = string | ReadonlyMap<string, Buffer>;

/** A key as the server takes it: one that is long, or has spaces or letters beyond ASCII, by its hash. */
export function memcachedKey(key: string): string {
  return PLAIN_KEY.test(key) ? key : `sha256:${createHash('sha256').update(key).digest('base64url')}`;
}

/** @param keys as `memcachedKey` makes them */
export function getCommand(keys: readonly string[]): string {
  return `get ${keys.join(' ')}${CRLF}`;
}

/** @param key as `memcachedKey` makes it */
export function deleteCommand(key: string): string {
  return `delete ${key}${CRLF}`;
}

/** @param ttlMs is rounded up to seconds, as the server counts */
export function setCommand(key: string, value: Uint8Array, ttlMs: number, nowMs: number): Buffer {
  const ttlS = Math.ceil(ttlMs / 1_000);
  // A longer time is taken for a date.
  const expiry = ttlS > LONGEST_RELATIVE_S ? Math.ceil(nowMs / 1_000) + ttlS : ttlS;
  return Buffer.concat([Buffer.from(`set ${key} 0 ${expiry} ${value.byteLength}${CRLF}`), value, Buffer.from(CRLF)]);
}

/**
 * The first reply in what was received, and where it ends; undefined while some of it is missing.
 * @throws Error for what is no reply
 */
export function parseReply(received: Buffer): { reply: MemcachedReply; end: number } | undefined {
  const values = new Map<string, Buffer>();
  for (let offset = 0; ; ) {
    const lineEnd = received.indexOf(CRLF, offset);
    if (lineEnd < 0) return undefined;
    const line = received.toString('latin1', offset, lineEnd);
    const valueStart = lineEnd + CRLF.length;
    if (line === 'END') return { reply: values, end: valueStart };
    if (!line.startsWith('VALUE ')) return { reply: line, end: valueStart };
    const [, key = '', , length] = line.split(' ');
    const valueEnd = valueStart + Number(length);
    if (!(valueEnd >= valueStart)) throw new Error('memcached answered something that is no value');
    if (received.length < valueEnd + CRLF.length) return undefined;
    values.set(key, received.subarray(valueStart, valueEnd));
    offset = valueEnd + CRLF.length;
  }
}
