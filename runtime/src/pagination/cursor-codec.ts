import { crc32 } from 'node:zlib';
import { CodedError } from '../errors/coded-error.ts';

/** The two directions of an opaque cursor over positions `P`. */
export interface CursorCodec<P> {
  encode(position: P): string;
  /** @throws CodedError INVALID_CURSOR */
  decode(text: string): P;
}

/** A position in a list that is sorted by another column than the id; the id breaks ties. */
export interface SortedPosition<Key extends string | bigint> {
  readonly key: Key;
  readonly id: bigint;
}

const version = 1;
const checksumBytes = 4;
const integerBytes = 8;
const maxTextLength = 4_096;

/** Cursors of lists in the order of their ids. */
export const idCursor: CursorCodec<bigint> = createCodec('id', {
  write: (id) => bytesOf(id),
  read: (bytes) => (bytes.length === integerBytes ? idOf(bytes) : undefined),
});

/**
 * Cursors of a list sorted by a whole number, such as a price in minor units.
 *
 * @param order names list and order (`products:price`): a cursor of another order is refused, not misread
 */
export function integerSortedCursor(order: string): CursorCodec<SortedPosition<bigint>> {
  return createCodec(order, {
    write: ({ key, id }) => Buffer.concat([bytesOf(id), bytesOf(key)]),
    read: (bytes) => {
      const id = idOf(bytes);
      if (id === undefined || bytes.length !== 2 * integerBytes) return undefined;
      return { key: bytes.readBigInt64BE(integerBytes), id };
    },
  });
}

/**
 * Cursors of a list sorted by text, such as a name.
 *
 * @param order names list and order (`products:name`): a cursor of another order is refused, not misread
 */
export function textSortedCursor(order: string): CursorCodec<SortedPosition<string>> {
  return createCodec(order, {
    write: ({ key, id }) => Buffer.concat([bytesOf(id), Buffer.from(key, 'utf8')]),
    read: (bytes) => {
      const id = idOf(bytes);
      if (id === undefined) return undefined;
      const key = bytes.toString('utf8', integerBytes);
      // Postgres takes no NUL in a text.
      return key.includes('\0') ? undefined : { key, id };
    },
  });
}

/**
 * base64url of a version byte, the position's bytes, and a CRC-32 over the order's name and all of that. The checksum finds a
 * damaged cursor and one of another order; it is no signature, because a forged cursor is only another position in a list
 * that its reader may see anyway.
 */
function createCodec<P>(
  order: string,
  position: { write: (position: P) => Buffer; read: (bytes: Buffer) => P | undefined },
): CursorCodec<P> {
  const seed = crc32(order);

  function encode(value: P): string {
    const content = Buffer.concat([Buffer.of(version), position.write(value)]);
    const checksum = Buffer.alloc(checksumBytes);
    checksum.writeUInt32BE(crc32(content, seed));
    return Buffer.concat([content, checksum]).toString('base64url');
  }

  function decode(text: string): P {
    const bytes = text.length <= maxTextLength ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
    if (bytes.length <= checksumBytes || bytes[0] !== version) throw invalidCursor();
    const value = position.read(bytes.subarray(1, -checksumBytes));
    // Writing it again proves the checksum, and that no second text stands for the same position.
    if (value === undefined || encode(value) !== text) throw invalidCursor();
    return value;
  }

  return { encode, decode };
}

function bytesOf(integer: bigint): Buffer {
  const bytes = Buffer.alloc(integerBytes);
  bytes.writeBigInt64BE(integer);
  return bytes;
}

function idOf(bytes: Buffer): bigint | undefined {
  if (bytes.length < integerBytes) return undefined;
  const id = bytes.readBigInt64BE(0);
  return id < 0n ? undefined : id;
}

function invalidCursor(): CodedError {
  return new CodedError('INVALID_CURSOR', 'The cursor is not one of this list');
}
