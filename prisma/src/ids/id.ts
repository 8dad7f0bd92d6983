/** Ids count milliseconds from here, so that 41 bits last until 2095. */
export const ID_EPOCH_MS = Date.UTC(2026, 0, 1);
export const LOGICAL_SHARD_COUNT = 1024;
/** The logical shard in the ids of the catalog database; users live on all the others. */
export const CATALOG_LOGICAL_SHARD = 1023;

const SEQUENCE_BITS = 12n;
const TIME_SHIFT = 22n;
const SEQUENCE_WIDTH = Number(SEQUENCE_BITS);
const SHARD_MASK = LOGICAL_SHARD_COUNT - 1;
const MAX_TIME = 2 ** 41 - 1;
const MAX_SEQUENCE = 2 ** 12 - 1;

const WORDS = new DataView(new ArrayBuffer(8));

export interface IdParts {
  /** Unix time in milliseconds, not before {@link ID_EPOCH_MS}. */
  timeMs: number;
  /** 0 to 1023. */
  logicalShard: number;
  /** 0 to 4095. */
  sequence: number;
}

/**
 * Puts an id together: 41 bits of milliseconds, 10 of logical shard, 12 of sequence, so ids sort by time and name their shard.
 * New ids come from the database (`next_ids`); this is for seed data and for bounds of time ranges.
 * @throws RangeError when a part does not fit its bits
 */
export function composeId({ timeMs, logicalShard, sequence }: IdParts): bigint {
  const time = timeMs - ID_EPOCH_MS;
  assertWithin('timeMs - ID_EPOCH_MS', time, MAX_TIME);
  assertWithin('logicalShard', logicalShard, LOGICAL_SHARD_COUNT - 1);
  assertWithin('sequence', sequence, MAX_SEQUENCE);
  return (BigInt(time) << TIME_SHIFT) | (BigInt(logicalShard) << SEQUENCE_BITS) | BigInt(sequence);
}

/** The logical shard an id belongs to, 0 to 1023. */
export function logicalShardOf(id: bigint): number {
  // It lies within one word, which is taken apart at less cost than a BigInt.
  WORDS.setBigUint64(0, id);
  return (WORDS.getUint32(4) >>> SEQUENCE_WIDTH) & SHARD_MASK;
}

/** When an id was made. */
export function timeOf(id: bigint): Date {
  return new Date(Number(id >> TIME_SHIFT) + ID_EPOCH_MS);
}

/** The smallest id of a moment, on any shard: the lower bound of the ids made from then on. */
export function firstIdAt(time: Date): bigint {
  return composeId({ timeMs: time.getTime(), logicalShard: 0, sequence: 0 });
}

function assertWithin(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} is ${value}, which is not a whole number within 0 and ${max}`);
  }
}
