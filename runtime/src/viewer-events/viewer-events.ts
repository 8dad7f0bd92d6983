import type { Positions } from '../cache/positions.ts';

/** Something that happened to a user, to be told to whoever is signed in as that user at this moment. */
export interface ViewerEvent {
  /** Of what announces it, such as the event of the queue: one that is published again is not told again. */
  readonly id: string;
  /** `OrderStatusChanged` */
  readonly name: string;
  /** `usr_…`: nobody else may hear of it. */
  readonly viewerId: string;
  /** What it is about, as ids: who is told reads the rest, and may see it or not. */
  readonly payload: Readonly<Record<string, string>>;
  /** How far databases have to be to be read by who was told. */
  readonly positions: Positions;
}

/** A place in the events of one viewer: opaque, and good for {@link ViewerEvents.read} of any process. */
export type EventPosition = string;

/** An event at its place. */
export interface PlacedEvent {
  readonly position: EventPosition;
  readonly event: ViewerEvent;
}

/** What a viewer has not heard yet. */
export interface MissedEvents {
  /** In their order. */
  readonly events: readonly PlacedEvent[];
  /** Behind all of them; what comes later is behind it, too. */
  readonly position: EventPosition;
  /** Whether these are all: false when some may have been dropped since. */
  readonly isComplete: boolean;
}

/** Is told of the events of some viewers as they happen, those of one viewer in their order. */
export interface ViewerEventListener {
  /** Whether anybody here waits for events of this viewer. */
  isWaitedFor(viewerId: string): boolean;
  onEvent(placed: PlacedEvent): void;
  /** Events may have been missed: read again what there is. */
  onGap(): void;
  /**
   * All that happened before this time has been heard by now, but for what was missed in a gap, in milliseconds of the clock that
   * positions are taken from.
   */
  onTick(timeMs: number): void;
}

/** Ends what was begun. */
export interface Listening {
  close(): Promise<void>;
}

/**
 * Carries events to the processes that viewers are connected to, and keeps them for a while, so that a viewer who was cut off hears
 * of all of them, once and in order. Every implementation behaves alike.
 */
export interface ViewerEvents {
  /**
   * Keeps an event and tells everybody who listens.
   * @throws Error when it cannot be kept at the moment, and TypeError when it is too large to be told
   */
  publish(event: ViewerEvent): Promise<void>;
  /** Resolves when events are heard, or cannot be at the moment: then they are as soon as they can. */
  listen(listener: ViewerEventListener): Promise<Listening>;
  /**
   * What happened to a viewer after a position; without one, nothing but where the viewer is now.
   * @throws Error when it cannot be read at the moment
   */
  read(viewerId: string, after: EventPosition | undefined): Promise<MissedEvents>;
  /**
   * Tells everybody who listens what time it is, by the way that events take.
   * @throws Error when that cannot be said at the moment
   */
  tick(): Promise<void>;
  close(): Promise<void>;
}

/** How long events are kept at least, as far as there are no more than {@link KEPT_EVENTS} of one viewer. */
export const RETENTION_MS = 15 * 60_000;

/** How much later an event may be heard than one that happened after it, to be on the safe side. */
export const TICK_MARGIN_MS = 30_000;

/** Of one viewer. */
export const KEPT_EVENTS = 256;

export interface RetentionOptions {
  /** Default {@link RETENTION_MS}. Whoever publishes and whoever reads must agree. */
  readonly retentionMs?: number;
  /** Default {@link KEPT_EVENTS}. */
  readonly keptEvents?: number;
}
