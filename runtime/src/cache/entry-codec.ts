import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Packr } from 'msgpackr';
import { z } from 'zod';
import type { Entry } from './entry.ts';

// The first byte of an entry. Other numbers with every change of the shape below, so that processes of two releases don't read each
// other's entries.
const PLAIN = 0x10;
const COMPRESSED = 0x12;
/** Where a compressed entry says how many bytes it has when it is not. */
const LENGTH_OFFSET = 1;
const COMPRESSED_OFFSET = 5;

/** Smaller ones are not worth the 40 us that it takes to compress them; a list of rows of this size shrinks to a tenth. */
const COMPRESSED_FROM_BYTES = 4_096;
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

// Unlike JSON it keeps bigints, dates and bytes. Many rows of one list share the description of their fields. A single row whose
// fields are known is kept as the list of its values, which takes no more than msgpackr's table of structures would: that table
// grows as it meets them, so it would have to be agreed between processes while they run, and values would be lost with it. The
// fields are agreed by the key, which has their fingerprint. Bytes of an entry with its tags and versions, and us to encode and to
// decode it (Node 26):
//
//             described in itself   list of values    table of structures   JSON
//   product   496  1.7  2.5         385  1.2  1.7     385  1.2  1.4         634  3.9  1.2     (12 fields)
//   user      207  1.0  1.5         158  0.7  0.9     158  0.8  0.9         310  3.1  0.8     (6 fields)
//   stock     150  0.8  1.0         111  0.5  0.4     111  0.6  0.4         224  2.2  0.6     (4 fields)
const packr = new Packr();

const packedEntry = z.tuple([
  z.number(),
  z.number(),
  z.array(z.string()),
  z.array(z.number()),
  z.enum(['none', 'value', 'row']),
  z.unknown(),
]);

/**
 * The bytes of an entry. Takes what structured clones take, save class instances, which come back as plain objects.
 * @param fields of the row that the value is, all of them; it is kept without their names
 */
export function encodeEntry(entry: Entry, fields?: readonly string[]): Uint8Array {
  const { filledAtMs, freshForMs, tags, versions, value } = entry;
  const isRow = fields !== undefined && typeof value === 'object' && value !== null;
  const content = isRow ? fields.map((field) => Reflect.get(value, field)) : value;
  const kind = value === undefined ? 'none' : isRow ? 'row' : 'value';
  const packed = packr.pack([filledAtMs, freshForMs, tags, versions, kind, content]);
  if (packed.byteLength < COMPRESSED_FROM_BYTES) return Buffer.concat([Buffer.of(PLAIN), packed]);
  const head = Buffer.alloc(COMPRESSED_OFFSET, COMPRESSED);
  head.writeUInt32LE(packed.byteLength, LENGTH_OFFSET);
  return Buffer.concat([head, zstdCompressSync(packed, FASTEST)]);
}

/**
 * How many bytes an entry has that is not compressed: what it takes in memory once it is decoded, which may be a thousand times
 * what it takes in a store.
 * @param bytes as {@link encodeEntry} makes them
 */
export function decodedSize(bytes: Uint8Array): number {
  if (bytes[0] !== COMPRESSED || bytes.byteLength < COMPRESSED_OFFSET) return bytes.byteLength;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(LENGTH_OFFSET, true);
}

/**
 * The entry of such bytes, or undefined when they are of another release or damaged.
 * @param fields as they were given to {@link encodeEntry}; without them a row comes as the list of its values
 */
export function decodeEntry(bytes: Uint8Array, fields?: readonly string[]): Entry | undefined {
  const unpacked = packedEntry.safeParse(unpack(bytes));
  if (!unpacked.success) return undefined;
  const [filledAtMs, freshForMs, tags, versions, kind, content] = unpacked.data;
  const head = { filledAtMs, freshForMs, tags, versions };
  if (kind === 'none') return { ...head, value: undefined };
  if (kind === 'value' || fields === undefined) return { ...head, value: content };
  return Array.isArray(content) && content.length === fields.length
    ? { ...head, value: rowOf(content, fields) }
    : undefined;
}

function rowOf(values: readonly unknown[], fields: readonly string[]): unknown {
  const row: Record<string, unknown> = {};
  for (const [index, field] of fields.entries()) row[field] = values[index];
  return row;
}

function unpack(bytes: Uint8Array): unknown {
  const [format] = bytes;
  try {
    if (format === PLAIN) return packr.unpack(bytes.subarray(1));
    return format === COMPRESSED ? packr.unpack(zstdDecompressSync(bytes.subarray(COMPRESSED_OFFSET))) : undefined;
  } catch {
    return undefined;
  }
}
