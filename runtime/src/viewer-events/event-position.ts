import { randomBytes } from 'node:crypto';
import type { EventPosition } from './viewer-events.ts';

/** A position, taken apart. */
export interface ParsedPosition {
  /** Names the store as long as it has lost nothing. */
  readonly store: string;
  /** By the store's clock. */
  readonly timeMs: number;
  /** Counts within the millisecond. */
  readonly sequence: number;
}

const FORM = /^([0-9a-f]{8})\.(\d{1,15})-(\d{1,15})$/;

/** Behind everything that happened in the millisecond before. */
const LAST_SEQUENCE = 999_999_999_999_999;

/** A name for a store that has none: another one each time, since one that has lost its name has lost events. */
export function newStoreName(): string {
  return randomBytes(4).toString('hex');
}

/** @returns `undefined` for what no store wrote: clients send positions back, or whatever they like */
export function parsePosition(text: string): ParsedPosition | undefined {
  const [, store, timeMs, sequence] = FORM.exec(text) ?? [];
  if (store === undefined) return undefined;
  return { store, timeMs: Number(timeMs), sequence: Number(sequence) };
}

/** The text that `parsePosition` reads. */
export function formatPosition({ store, timeMs, sequence }: ParsedPosition): EventPosition {
  return `${store}.${timeMs}-${sequence}`;
}

/** Below zero when `one` is before `other`; of one store. */
export function comparePositions(one: ParsedPosition, other: ParsedPosition): number {
  return one.timeMs - other.timeMs || one.sequence - other.sequence;
}

/** Behind all that happened before the millisecond, and before all that happens in it. */
export function justBefore(store: string, timeMs: number): ParsedPosition {
  return { store, timeMs: timeMs - 1, sequence: LAST_SEQUENCE };
}

/** The later of two positions of one store. */
export function laterOf(one: ParsedPosition, other: ParsedPosition): ParsedPosition {
  return comparePositions(one, other) < 0 ? other : one;
}
