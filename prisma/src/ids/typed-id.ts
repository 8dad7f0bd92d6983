import { fromBase32, toBase32 } from './base32.ts';

const PREFIXES = {
  user: 'usr',
  session: 'ses',
  category: 'cat',
  product: 'prd',
  order: 'ord',
  review: 'rev',
  notification: 'ntf',
} as const;

/** What an id in GraphQL names. */
export type IdType = keyof typeof PREFIXES;

const PREFIX_WIDTH = 4;
const MAX_ECHO_LENGTH = 40;
const TYPE_OF_PREFIX = new Map<string, IdType>(
  (Object.keys(PREFIXES) as IdType[]).map((type) => [`${PREFIXES[type]}_`, type]),
);

/** A text that is no id, or an id of another type than its place asks for. The message may be shown to the caller. */
export class InvalidIdError extends Error {
  readonly code = 'INVALID_ID';
  override readonly name = 'InvalidIdError';
}

/**
 * The GraphQL form of an id: its type's prefix and 13 digits of base 32, `ord_00gqg3t0r0g00`. It sorts like the number.
 * @throws RangeError unless 0 <= id < 2^63
 */
export function encodeId(type: IdType, id: bigint): string {
  return `${PREFIXES[type]}_${toBase32(id)}`;
}

/**
 * Reads an id of the expected type; only the canonical form counts, so an id has one text.
 * @throws InvalidIdError when the text is no id, or one of another type
 */
export function decodeId(type: IdType, text: string): bigint {
  const id = fromBase32(text.slice(PREFIX_WIDTH));
  const actualType = TYPE_OF_PREFIX.get(text.slice(0, PREFIX_WIDTH));
  if (id === undefined || actualType === undefined) throw new InvalidIdError(`${abbreviate(text)} is not an id`);
  if (actualType !== type) throw new InvalidIdError(`expected ${describe(type)}, got ${describe(actualType)}`);
  return id;
}

/** The type of an id in its canonical form; `undefined` for any other text. */
export function idTypeOf(text: string): IdType | undefined {
  if (fromBase32(text.slice(PREFIX_WIDTH)) === undefined) return undefined;
  return TYPE_OF_PREFIX.get(text.slice(0, PREFIX_WIDTH));
}

function describe(type: IdType): string {
  return `${type === 'order' ? 'an' : 'a'} ${type} id (${PREFIXES[type]}_…)`;
}

// An answer never repeats at length what it was sent.
function abbreviate(text: string): string {
  const quoted = JSON.stringify(text.slice(0, MAX_ECHO_LENGTH));
  return quoted.length > MAX_ECHO_LENGTH ? `${quoted.slice(0, MAX_ECHO_LENGTH - 1)}…` : quoted;
}
