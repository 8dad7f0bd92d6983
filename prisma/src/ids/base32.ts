// Crockford's base 32 (https://www.crockford.com/base32.html) in lower case: no i, l, o or u, and in the order of ASCII.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const WIDTH = 13;
const MAX = 2n ** 63n - 1n;

const CODES = Uint8Array.from(ALPHABET, (digit) => digit.charCodeAt(0));
const DIGIT_MASK = 31;
const NO_DIGIT = 32;
const VALUE_OF_CODE = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, digit] of [...ALPHABET].entries()) VALUE_OF_CODE[digit.charCodeAt(0)] = value;

// Ids are read and written for every entity of an answer. Through its two words a number is taken apart and put together by plain
// arithmetic, which is several times as fast as that of BigInt.
const WORDS = new DataView(new ArrayBuffer(8));

/**
 * Writes a number as 13 digits of base 32: of one width, so that texts sort like the numbers.
 *
 * The text is made in one piece. One that is put together of parts stays in parts until somebody reads it, and an answer that
 * holds such texts takes JSON.stringify more than twice as long.
 *
 * @param prefix the four characters before the digits
 * @throws RangeError unless 0 <= value < 2^63
 */
export function toBase32(prefix: string, value: bigint): string {
  if (value < 0n || value > MAX) throw new RangeError(`${value} does not fit 63 bits`);
  WORDS.setBigUint64(0, value);
  const high = WORDS.getUint32(0);
  const low = WORDS.getUint32(4);
  return String.fromCharCode(
    prefix.charCodeAt(0),
    prefix.charCodeAt(1),
    prefix.charCodeAt(2),
    prefix.charCodeAt(3),
    codeAt(high >>> 28),
    codeAt(high >>> 23),
    codeAt(high >>> 18),
    codeAt(high >>> 13),
    codeAt(high >>> 8),
    codeAt(high >>> 3),
    codeAt((high << 2) | (low >>> 30)),
    codeAt(low >>> 25),
    codeAt(low >>> 20),
    codeAt(low >>> 15),
    codeAt(low >>> 10),
    codeAt(low >>> 5),
    codeAt(low),
  );
}

/** Reads what {@link toBase32} writes, from `start` to the end of a text, and nothing else; `undefined` for any other text. */
export function fromBase32(text: string, start: number): bigint | undefined {
  if (text.length !== start + WIDTH) return undefined;
  const first = digitAt(text, start);
  const middle = sixDigitsAt(text, start + 1);
  const last = sixDigitsAt(text, start + 7);
  if (first > 7 || middle === undefined || last === undefined) return undefined;
  WORDS.setUint32(0, (first << 28) | (middle >>> 2));
  WORDS.setUint32(4, (middle << 30) | last);
  return WORDS.getBigUint64(0);
}

/** The digit of the five lowest bits. */
function codeAt(bits: number): number {
  return CODES[bits & DIGIT_MASK] ?? 0;
}

function digitAt(text: string, index: number): number {
  return VALUE_OF_CODE[text.charCodeAt(index)] ?? NO_DIGIT;
}

/** 30 bits; `undefined` when one of the six is no digit. */
function sixDigitsAt(text: string, start: number): number | undefined {
  let value = 0;
  for (let index = start; index < start + 6; index += 1) {
    const digit = digitAt(text, index);
    if (digit === NO_DIGIT) return undefined;
    value = (value << 5) | digit;
  }
  return value;
}
