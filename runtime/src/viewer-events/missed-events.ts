import {
  comparePositions,
  formatPosition,
  justBefore,
  laterOf,
  type ParsedPosition,
  parsePosition,
} from './event-position.ts';
import {
  type EventPosition,
  type MissedEvents,
  type PlacedEvent,
  TICK_MARGIN_MS,
  type ViewerEvent,
} from './viewer-events.ts';

/** An event as a store keeps it. */
export interface KeptEvent {
  readonly at: ParsedPosition;
  /** Where the viewer's event before it was; `undefined` where the store had none. */
  readonly before: ParsedPosition | undefined;
  readonly event: ViewerEvent;
}

/** What a store found for a viewer. */
export interface FoundEvents {
  readonly store: string;
  /** The store's time. */
  readonly nowMs: number;
  /** Those after the position that was asked for, in their order. */
  readonly events: readonly KeptEvent[];
  /** The last one that is kept, wherever it is. */
  readonly newest: ParsedPosition | undefined;
}

/**
 * What a viewer has missed since `after`, and whether that is all. It is all when the first event found names as its predecessor one
 * that the viewer has heard of; when nothing is found, and the last event that there is was heard; and otherwise only when nothing
 * that happened since can have been dropped by now. Of a position that nobody gave out nothing is known.
 */
export function missedEvents(found: FoundEvents, after: EventPosition | undefined, retentionMs: number): MissedEvents {
  // What is about to be kept at this moment may have its time from a moment ago.
  const settled = justBefore(found.store, found.nowMs - TICK_MARGIN_MS);
  const position = formatPosition(found.newest ? laterOf(found.newest, settled) : settled);
  const from = after === undefined ? undefined : parsePosition(after);
  if (from === undefined) return { events: [], position, isComplete: after === undefined };
  return { events: found.events.map(placed), position, isComplete: isComplete(found, from, retentionMs) };
}

function isComplete(
  { store, nowMs, events, newest }: FoundEvents,
  after: ParsedPosition,
  retentionMs: number,
): boolean {
  if (after.store !== store) return false;
  const last = events[0] ? events[0].before : newest;
  if (last !== undefined) return comparePositions(last, after) <= 0;
  return after.timeMs + retentionMs >= nowMs;
}

function placed({ at, event }: KeptEvent): PlacedEvent {
  return { position: formatPosition(at), event };
}
