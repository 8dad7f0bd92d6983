/**
 * How many parts each queue has. Publishers and consumers have to agree on it, and with another number events of one aggregate
 * would wait in two parts: change it only while all queues are empty.
 */
export const PARTITION_COUNT = 8;

const GOLDEN_RATIO_64 = 0x9e37_79b9_7f4a_7c15n;
const PARTITION_BITS = BigInt(Math.log2(PARTITION_COUNT));

/**
 * The part of every queue that takes the events of an aggregate, from 0. Ids that follow each other are spread: the upper bits of
 * a multiplicative hash (Knuth, The Art of Computer Programming 3, 6.4).
 */
export function partitionOf(aggregateId: bigint): number {
  return Number(BigInt.asUintN(64, aggregateId * GOLDEN_RATIO_64) >> (64n - PARTITION_BITS));
}
