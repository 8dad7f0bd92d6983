/** Postgres takes less than 8,000 bytes. */
const PAYLOAD_LIMIT_BYTES = 7_900;

/**
 * As few payloads about all tags as fit in a notification each.
 * @param payloadOf the payload about some of them
 */
export function payloadsOf(tags: readonly string[], payloadOf: (tags: readonly string[]) => string): string[] {
  const payload = payloadOf(tags);
  if (tags.length <= 1 || Buffer.byteLength(payload) <= PAYLOAD_LIMIT_BYTES) return [payload];
  const middle = Math.ceil(tags.length / 2);
  return [tags.slice(0, middle), tags.slice(middle)].flatMap((half) => payloadsOf(half, payloadOf));
}
