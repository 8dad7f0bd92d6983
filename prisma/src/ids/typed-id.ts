import { fromBase32, toBase32 } from './base32.ts';
import { CATALOG_LOGICAL_SHARD, logicalShardOf } from './id.ts';

const PREFIXES = {
  user: 'usr_',
  session: 'ses_',
  category: 'cat_',
  product: 'prd_',
  order: 'ord_',
  review: 'rev_',
  notification: 'ntf_',
} as const;

/** What an id in GraphQL names. */
export type IdType = keyof typeof PREFIXES;

/** What lives in the catalog database; all other types live on the shards, with the user they belong to. */
const CATALOG_TYPES: ReadonlySet<IdType> = new Set(['category', 'product']);

const PREFIX_WIDTH = 4;
const MAX_ECHO_LENGTH = 40;
const TYPE_OF_PREFIX = new Map<string, IdType>(
  (Object.keys(PREFIXES) as IdType[]).map((type) => [PREFIXES[type], type]),
);

/** A text that is no id, or an id of another type than its place asks for. The message may be shown to the caller. */
export class InvalidIdError extends Error {
  readonly code = 'INVALID_ID';
  override readonly name = 'InvalidIdError';
}

/**
 * The GraphQL form of an id: its type's prefix and 13 digits of base 32, `ord_00gqg3t0r0g00`. It sorts like the number.
 * @throws RangeError unless 0 <= id < 2^63 and its logical shard is one where its type lives
 */
export function encodeId(type: IdType, id: bigint): string {
  if (!isAtHome(type, id))
    throw new RangeError(`${id} is of logical shard ${logicalShardOf(id)}, where no ${type} lives`);
  return toBase32(PREFIXES[type], id);
}

/**
 * Reads an id of the expected type; only the canonical form counts, so an id has one text. What is read names a database that
 * has such rows: the catalog for categories and products, a shard for all else.
 * @throws InvalidIdError when the text is no id, or one of another type
 */
export function decodeId(type: IdType, text: string): bigint {
  const id = readId(type, text);
  if (id !== undefined) return id;
  const otherType = idTypeOf(text);
  if (otherType === undefined) throw new InvalidIdError(`${abbreviate(text)} is not an id`);
  throw new InvalidIdError(`expected ${describe(type)}, got ${describe(otherType)}`);
}

/** The type of an id that {@link decodeId} reads; `undefined` for any other text. */
export function idTypeOf(text: string): IdType | undefined {
  const type = TYPE_OF_PREFIX.get(text.slice(0, PREFIX_WIDTH));
  return type !== undefined && readId(type, text) !== undefined ? type : undefined;
}

function readId(type: IdType, text: string): bigint | undefined {
  const id = text.startsWith(PREFIXES[type]) ? fromBase32(text, PREFIX_WIDTH) : undefined;
  return id !== undefined && isAtHome(type, id) ? id : undefined;
}

function isAtHome(type: IdType, id: bigint): boolean {
  return CATALOG_TYPES.has(type) === (logicalShardOf(id) === CATALOG_LOGICAL_SHARD);
}

function describe(type: IdType): string {
  return `${type === 'order' ? 'an' : 'a'} ${type} id (${PREFIXES[type]}…)`;
}

// An answer never repeats at length what it was sent.
function abbreviate(text: string): string {
  const quoted = JSON.stringify(text.slice(0, MAX_ECHO_LENGTH));
  return quoted.length > MAX_ECHO_LENGTH ? `${quoted.slice(0, MAX_ECHO_LENGTH - 1)}…` : quoted;
}
