import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const seriesLength = alphabet.length ** 4;

let series = '';
let counted = seriesLength;

/**
 * 12 characters of base64url that no other request has: the 48 random bits of a series, and 24 that count within it. That two series
 * of a thousand gateways are equal has a probability of 10⁻⁹. Nobody has to be kept from guessing a nonce, since it is signed; and random
 * bits for each would take longer than the rest of making it.
 */
export function nextNonce(): string {
  if (counted === seriesLength) {
    series = randomBytes(6).toString('base64url');
    counted = 0;
  }
  const count = counted;
  counted += 1;
  return series + sixBits(count >> 18) + sixBits(count >> 12) + sixBits(count >> 6) + sixBits(count);
}

/** The lowest six bits of a number as one character. */
function sixBits(bits: number): string {
  return alphabet.charAt(bits & 0x3f);
}
