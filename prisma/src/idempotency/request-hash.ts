import { hash } from 'node:crypto';

/**
 * SHA-256 of a request: the same for two requests that differ only in the order of their properties or in properties that
 * are undefined. Dates and bigints count as their text.
 */
export function hashRequest(request: unknown): Uint8Array {
  const canonical = JSON.stringify(request, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
  return new Uint8Array(hash('sha256', canonical ?? 'null', 'buffer'));
}
