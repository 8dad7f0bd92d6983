// Crockford's base 32 (https://www.crockford.com/base32.html) in lower case: no i, l, o or u, and in the order of ASCII.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const WIDTH = 13;
const CANONICAL = /^[0-7][0-9a-hjkmnp-tv-z]{12}$/;
const VALUE_OF = new Map([...ALPHABET].map((digit, value) => [digit, value]));

const HALF_BITS = 30n;
const HALF_DIGITS = 6;
const HALF_MASK = (1n << HALF_BITS) - 1n;

/**
 * Writes a number as 13 digits of base 32: of one width, so that texts sort like the numbers.
 * @throws RangeError unless 0 <= value < 2^63
 */
export function toBase32(value: bigint): string {
  if (value < 0n || value >> 63n !== 0n) throw new RangeError(`${value} does not fit 63 bits`);
  const high = Number(value >> (2n * HALF_BITS));
  const middle = Number((value >> HALF_BITS) & HALF_MASK);
  const low = Number(value & HALF_MASK);
  return digits(high, WIDTH - 2 * HALF_DIGITS) + digits(middle, HALF_DIGITS) + digits(low, HALF_DIGITS);
}

/** Reads what {@link toBase32} writes and nothing else; `undefined` for any other text. */
export function fromBase32(text: string): bigint | undefined {
  if (!CANONICAL.test(text)) return undefined;
  const split = WIDTH - HALF_DIGITS;
  return (
    (BigInt(parseDigits(text.slice(0, 1))) << (2n * HALF_BITS)) |
    (BigInt(parseDigits(text.slice(1, split))) << HALF_BITS) |
    BigInt(parseDigits(text.slice(split)))
  );
}

// Halves of 30 bits are computed as plain numbers, which is several times as fast as BigInt digit by digit.
function digits(value: number, width: number): string {
  let text = '';
  for (let shift = (width - 1) * 5; shift >= 0; shift -= 5) text += ALPHABET.charAt((value >>> shift) & 31);
  return text;
}

function parseDigits(text: string): number {
  let value = 0;
  for (const digit of text) value = value * 32 + (VALUE_OF.get(digit) ?? 0);
  return value;
}
