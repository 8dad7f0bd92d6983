import { z } from 'zod';
import { parsePosition } from './event-position.ts';
import type { PlacedEvent, ViewerEvent, ViewerEventListener } from './viewer-events.ts';

const eventSchema = z.object({
  id: z.string(),
  name: z.string(),
  viewerId: z.string(),
  payload: z.record(z.string(), z.string()),
  positions: z.record(z.string(), z.number()),
});

/** In the place of a viewer. */
export const TICK = '-';

/** Postgres takes less than 8,000 bytes in a notification, with the viewer and the position before it. */
const LARGEST_BYTES = 7_000;

/**
 * An event as stores keep it.
 * @throws TypeError when it is too large to be told: it should name what it is about, not hold it
 */
export function writeEvent(event: ViewerEvent): string {
  const text = JSON.stringify(eventSchema.parse(event));
  if (Buffer.byteLength(text) <= LARGEST_BYTES && !event.viewerId.includes(' ')) return text;
  throw new TypeError(
    `the event ${event.name} ${event.id} cannot be told to its viewer: it is too large, or the id is none`,
  );
}

/** @throws Error for what no store wrote */
export function readEvent(text: string): ViewerEvent {
  return eventSchema.parse(JSON.parse(text));
}

/**
 * Passes messages of a store's channel on to a listener: the viewer, the position and the event, with spaces between, or {@link TICK}
 * and the time. Whose event it is comes first, so that most processes that hear it need not read on. One that cannot be read may have said what matters, so it counts as a gap.
 * @param onError is told of such a message
 */
export function messageReader(
  listener: ViewerEventListener,
  onError: (error: Error) => void,
): (message: string) => void {
  return (message) => {
    const viewerEnd = message.indexOf(' ');
    const viewerId = message.slice(0, viewerEnd);
    if (viewerEnd > 0 && viewerId !== TICK && !listener.isWaitedFor(viewerId)) return;
    const tickMs = viewerId === TICK ? Number(message.slice(viewerEnd)) : undefined;
    if (Number.isSafeInteger(tickMs) && tickMs !== undefined) {
      listener.onTick(tickMs);
      return;
    }
    const placed = readPlaced(message.slice(viewerEnd + 1));
    if (placed?.event.viewerId === viewerId) {
      listener.onEvent(placed);
      return;
    }
    onError(new Error('a message about an event of a viewer cannot be read, and counts as missed'));
    listener.onGap();
  };
}

function readPlaced(text: string): PlacedEvent | undefined {
  const positionEnd = text.indexOf(' ');
  const position = text.slice(0, positionEnd);
  if (parsePosition(position) === undefined) return undefined;
  try {
    return { position, event: readEvent(text.slice(positionEnd + 1)) };
  } catch {
    return undefined;
  }
}
