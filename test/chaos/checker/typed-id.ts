const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The number in an id of the graph, such as `ord_00gqg3t0r0g00`: 13 digits of Crockford's base 32. Written from the documentation of
 * ids, not with the code of the services, so that a fault of theirs is no fault of the checker's.
 *
 * @throws Error for any other text
 */
export function numberOfId(id: string): string {
  const [, digits] = /^[a-z]{3}_([0-9a-z]{13})$/.exec(id) ?? [];
  if (digits === undefined) throw new Error(`${id} is no id`);
  let number = 0n;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value === -1) throw new Error(`${id} is no id`);
    number = number * 32n + BigInt(value);
  }
  return String(number);
}

/** The smallest id that an order can have which was placed at a time or later: 41 bits of milliseconds since 2026, then 22 others. */
export function firstIdAt(timeMs: number): string {
  return String(BigInt(timeMs - Date.UTC(2026, 0, 1)) << 22n);
}
