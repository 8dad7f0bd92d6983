const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const length = 13;
const idEpochMs = Date.UTC(2026, 0, 1);

/** 41 bits of milliseconds, 10 of logical shard and 12 of a sequence. */
export function composeId(parts: { timeMs: number; logicalShard: number; sequence: number }): bigint {
  return (BigInt(parts.timeMs - idEpochMs) << 22n) | (BigInt(parts.logicalShard) << 12n) | BigInt(parts.sequence);
}

/** As the graph writes an id after its prefix: base32 by Douglas Crockford, in lower case. */
export function encodeId(id: bigint): string {
  const digits = Array.from({ length }, (_, place) => alphabet[Number((id >> BigInt(5 * place)) & 31n)]);
  return digits.reverse().join('');
}

/** A typed id of the graph as the tables have it. */
export function decodeId(typedId: string): bigint {
  const digits = [...typedId.slice(typedId.indexOf('_') + 1)];
  return digits.reduce((id, digit) => (id << 5n) | BigInt(alphabet.indexOf(digit)), 0n);
}
