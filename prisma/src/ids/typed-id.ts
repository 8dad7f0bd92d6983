import { fromBase32, toBase32 } from './base32.ts';
import { CATALOG_LOGICAL_SHARD, logicalShardOf } from './id.ts';

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

/** What lives in the catalog database; all other types live on the shards, with the user they belong to. */
const CATALOG_TYPES: ReadonlySet<IdType> = new Set(['category', 'product']);

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
 * @throws RangeError unless 0 <= id < 2^63 and its logical shard is one where its type lives
 */
export function encodeId(type: IdType, id: bigint): string {
  if (!isAtHome(type, id))
    throw new RangeError(`${id} is of logical shard ${logicalShardOf(id)}, where no ${type} lives`);
  return `${PREFIXES[type]}_${toBase32(id)}`;
}

/**
 * Reads an id of the expected type; only the canonical form counts, so an id has one text. What is read names a database that
 * has such rows: the catalog for categories and products, a shard for all else.
 * @throws InvalidIdError when the text is no id, or one of another type
 */
export function decodeId(type: IdType, text: string): bigint {
  const parsed = parseId(text);
  if (parsed === undefined) throw new InvalidIdError(`${abbreviate(text)} is not an id`);
  if (parsed.type !== type) throw new InvalidIdError(`expected ${describe(type)}, got ${describe(parsed.type)}`);
  return parsed.id;
}

/** The type of an id that {@link decodeId} reads; `undefined` for any other text. */
export function idTypeOf(text: string): IdType | undefined {
  return parseId(text)?.type;
}

function parseId(text: string): { type: IdType; id: bigint } | undefined {
  const type = TYPE_OF_PREFIX.get(text.slice(0, PREFIX_WIDTH));
  const id = fromBase32(text.slice(PREFIX_WIDTH));
  return type !== undefined && id !== undefined && isAtHome(type, id) ? { type, id } : undefined;
}

function isAtHome(type: IdType, id: bigint): boolean {
  return CATALOG_TYPES.has(type) === (logicalShardOf(id) === CATALOG_LOGICAL_SHARD);
}

function describe(type: IdType): string {
  return `${type === 'order' ? 'an' : 'a'} ${type} id (${PREFIXES[type]}_…)`;
}

// An answer never repeats at length what it was sent.
function abbreviate(text: string): string {
  const quoted = JSON.stringify(text.slice(0, MAX_ECHO_LENGTH));
  return quoted.length > MAX_ECHO_LENGTH ? `${quoted.slice(0, MAX_ECHO_LENGTH - 1)}…` : quoted;
}
