import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composeId, firstIdAt, ID_EPOCH_MS, logicalShardOf, timeOf } from './id.ts';

const parts = fc.record({
  timeMs: fc.integer({ min: ID_EPOCH_MS, max: ID_EPOCH_MS + 2 ** 41 - 1 }),
  logicalShard: fc.integer({ min: 0, max: 1023 }),
  sequence: fc.integer({ min: 0, max: 4095 }),
});

describe('an id', () => {
  it('gives back its time and logical shard and is a positive 63-bit number', () => {
    fc.assert(
      fc.property(parts, (idParts) => {
        const id = composeId(idParts);
        expect(timeOf(id).getTime()).toBe(idParts.timeMs);
        expect(logicalShardOf(id)).toBe(idParts.logicalShard);
        expect(id & 4095n).toBe(BigInt(idParts.sequence));
        expect(id >= 0n && id < 1n << 63n).toBe(true);
      }),
    );
  });

  it('sorts by time whatever its shard and sequence are', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        fc.pre(one.timeMs < other.timeMs);
        expect(composeId(one) < composeId(other)).toBe(true);
      }),
    );
  });

  it('is not below the first id of its moment, and below the first id of the next millisecond', () => {
    fc.assert(
      fc.property(parts, (idParts) => {
        fc.pre(idParts.timeMs < ID_EPOCH_MS + 2 ** 41 - 1);
        const id = composeId(idParts);
        expect(id >= firstIdAt(new Date(idParts.timeMs))).toBe(true);
        expect(id < firstIdAt(new Date(idParts.timeMs + 1))).toBe(true);
      }),
    );
  });

  it.each([
    { timeMs: ID_EPOCH_MS - 1, logicalShard: 0, sequence: 0 },
    { timeMs: ID_EPOCH_MS + 2 ** 41, logicalShard: 0, sequence: 0 },
    { timeMs: ID_EPOCH_MS, logicalShard: 1024, sequence: 0 },
    { timeMs: ID_EPOCH_MS, logicalShard: -1, sequence: 0 },
    { timeMs: ID_EPOCH_MS, logicalShard: 0, sequence: 4096 },
    { timeMs: ID_EPOCH_MS, logicalShard: 0.5, sequence: 0 },
  ])('is refused when a part does not fit: %p', (idParts) => {
    expect(() => composeId(idParts)).toThrow(RangeError);
  });
});
