/** A place in a database's write-ahead log. */
export interface LogPosition {
  /** Every promotion begins a higher one; 0 where it does not matter. */
  readonly timeline: number;
  /** From the beginning of the log. */
  readonly bytes: number;
}

/** Before everything: any server is there. */
export const ANYWHERE: LogPosition = Object.freeze({ timeline: 0, bytes: 0 });

/** The nearest place from which both can be seen, whatever their timelines have in common. */
export function furthestOf(one: LogPosition, other: LogPosition): LogPosition {
  return { timeline: Math.max(one.timeline, other.timeline), bytes: Math.max(one.bytes, other.bytes) };
}

/** Whether all that was at a place can be seen from another. On a higher timeline, what had not reached it is lost. */
export function isAtLeast(position: LogPosition, minimum: LogPosition): boolean {
  return position.bytes >= minimum.bytes && position.timeline >= minimum.timeline;
}

/** The number of bytes that `pg_lsn` shows as two hexadecimal halves: `16/B374D848`. */
export function parseLsn(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** The same as a number, which counts nine petabytes of log exactly and travels as JSON. */
export function positionOfLsn(text: string): number {
  return Number(parseLsn(text));
}
