/** The number of bytes that `pg_lsn` shows as two hexadecimal halves: `16/B374D848`. */
export function parseLsn(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** The same as a number, which counts nine petabytes of log exactly and travels as JSON. */
export function positionOfLsn(text: string): number {
  return Number(parseLsn(text));
}
