import { writeEvent } from '../viewer-events/event-message.ts';
import {
  comparePositions,
  formatPosition,
  type ParsedPosition,
  parsePosition,
} from '../viewer-events/event-position.ts';
import { type KeptEvent, missedEvents } from '../viewer-events/missed-events.ts';
import {
  KEPT_EVENTS,
  RETENTION_MS,
  type RetentionOptions,
  type ViewerEventListener,
  type ViewerEvents,
} from '../viewer-events/viewer-events.ts';

/** Events of viewers in this process, and what a test does to them. */
export interface MemoryViewerEvents extends ViewerEvents {
  /** Has everybody miss what happens from here until `reconnect`, when they are told so. */
  disconnect(): void;
  reconnect(): void;
  /** Forgets all events, as a server does that comes back empty. */
  lose(): void;
  /** Makes `read` and `publish` fail, or no longer. */
  isAway: boolean;
}

const FIRST_STORE = 0x10000000;

/** {@link ViewerEvents} for tests of who uses them. */
export function createMemoryViewerEvents(
  options: RetentionOptions & { nowMs?: () => number } = {},
): MemoryViewerEvents {
  const { retentionMs = RETENTION_MS, keptEvents = KEPT_EVENTS, nowMs = Date.now } = options;
  const listeners = new Set<ViewerEventListener>();
  const streams = new Map<string, KeptEvent[]>();
  let storeNumber = FIRST_STORE;
  let isConnected = true;

  const storeName = () => storeNumber.toString(16);
  const keptOf = (viewerId: string): KeptEvent[] => {
    const kept = (streams.get(viewerId) ?? [])
      .filter(({ at }) => at.timeMs >= nowMs() - retentionMs)
      .slice(-keptEvents);
    streams.set(viewerId, kept);
    return kept;
  };
  const nextAfter = (last: ParsedPosition | undefined): ParsedPosition => {
    const now = { store: storeName(), timeMs: nowMs(), sequence: 0 };
    return last && comparePositions(now, last) <= 0 ? { ...last, sequence: last.sequence + 1 } : now;
  };
  function refuseWhenAway(): void {
    if (events.isAway) throw new Error('the store is away');
  }

  const events: MemoryViewerEvents = {
    isAway: false,
    async publish(event) {
      refuseWhenAway();
      writeEvent(event);
      const kept = keptOf(event.viewerId);
      if (kept.some((known) => known.event.id === event.id)) return;
      const before = kept.at(-1)?.at;
      const at = nextAfter(before);
      kept.push({ at, before, event });
      if (!isConnected) return;
      for (const listener of listeners) {
        if (listener.isWaitedFor(event.viewerId)) listener.onEvent({ position: formatPosition(at), event });
      }
    },
    async listen(listener) {
      listeners.add(listener);
      return {
        close: async () => {
          listeners.delete(listener);
        },
      };
    },
    async read(viewerId, after) {
      refuseWhenAway();
      const from = after === undefined ? undefined : parsePosition(after);
      const kept = keptOf(viewerId);
      const missed = from ? kept.filter(({ at }) => comparePositions(at, from) > 0) : [];
      return missedEvents(
        { store: storeName(), nowMs: nowMs(), events: missed, newest: kept.at(-1)?.at },
        after,
        retentionMs,
      );
    },
    async tick() {
      refuseWhenAway();
      if (isConnected) for (const listener of listeners) listener.onTick(nowMs());
    },
    async close() {
      listeners.clear();
    },
    disconnect() {
      isConnected = false;
    },
    reconnect() {
      isConnected = true;
      for (const listener of listeners) listener.onGap();
    },
    lose() {
      streams.clear();
      storeNumber += 1;
    },
  };
  return events;
}
