import { randomFillSync } from 'node:crypto';

const nonceBytes = 9;
const pool = Buffer.alloc(nonceBytes * 1_000);
let taken = pool.length;

/**
 * 72 random bits as 12 characters, which no other request has: a million of them collide with a probability of 10⁻¹⁰. Bits are
 * drawn for a thousand at once, since asking the system for nine bytes costs 1 µs.
 */
export function nextNonce(): string {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  const start = taken;
  taken += nonceBytes;
  return pool.toString('base64url', start, taken);
}
