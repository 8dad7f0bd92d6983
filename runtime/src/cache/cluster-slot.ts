const SLOTS = 16_384;
const CRC16_XMODEM = 0x1021;

/** The slot of a key in Redis Cluster: CRC-16/XMODEM of what stands in its first braces, or of all of it. */
export function clusterSlotOf(key: string): number {
  // Only the first pair of braces counts, and only when something is in it.
  const opening = key.indexOf('{');
  const closing = opening < 0 ? -1 : key.indexOf('}', opening + 1);
  return crc16(Buffer.from(closing > opening + 1 ? key.slice(opening + 1, closing) : key)) % SLOTS;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ CRC16_XMODEM : crc << 1) & 0xffff;
  }
  return crc;
}
