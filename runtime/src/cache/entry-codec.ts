import { Packr } from 'msgpackr';
import { z } from 'zod';
import type { Entry } from './entry.ts';

/** Raised with every change of the shape below, so that processes of two releases don't read each other's entries. */
const FORMAT = 1;

// Records are described once in each value (many rows of one list share the description), so that a value needs no other to
// be read. Unlike JSON it keeps bigints, dates and bytes.
const packr = new Packr();

const packedEntry = z.tuple([
  z.literal(FORMAT),
  z.number(),
  z.number(),
  z.array(z.string()),
  z.array(z.number()),
  z.boolean(),
  z.unknown(),
]);

/** The bytes of an entry. Takes what structured clones take, save class instances, which come back as plain objects. */
export function encodeEntry(entry: Entry): Uint8Array {
  const { filledAtMs, freshForMs, tags, versions, value } = entry;
  return packr.pack([FORMAT, filledAtMs, freshForMs, tags, versions, value !== undefined, value]);
}

/** The entry of such bytes, or undefined when they are of another release or damaged. */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  const packed = packedEntry.safeParse(unpack(bytes));
  if (!packed.success) return undefined;
  const [, filledAtMs, freshForMs, tags, versions, hasValue, value] = packed.data;
  return { filledAtMs, freshForMs, tags, versions, value: hasValue ? value : undefined };
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return packr.unpack(bytes);
  } catch {
    return undefined;
  }
}
