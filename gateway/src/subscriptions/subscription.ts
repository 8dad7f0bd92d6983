import type { ErrorCode } from '@tributary/runtime/errors/error-codes';
import {
  comparePositions,
  formatPosition,
  justBefore,
  type ParsedPosition,
  parsePosition,
} from '@tributary/runtime/viewer-events/event-position';
import type {
  EventPosition,
  MissedEvents,
  PlacedEvent,
  ViewerEvent,
} from '@tributary/runtime/viewer-events/viewer-events';
import { closingFrame, heartbeatFrame, nextFrame, openingFrame } from './event-frames.ts';

/** Why a stream ends before its client ends it. */
export type EndingCode = Extract<
  ErrorCode,
  'TOKEN_EXPIRED' | 'TOKEN_INVALID' | 'SUBGRAPH_UNAVAILABLE' | 'SUBSCRIPTION_TOO_SLOW' | 'SUBSCRIPTIONS_UNAVAILABLE'
>;

export interface SubscriptionOptions {
  readonly viewerId: string;
  /** Whether an event is one of those that the client asked for. */
  readonly isAskedFor: (event: ViewerEvent) => boolean;
  /** The result for an event as JSON; `undefined` when there is nothing in it for this client. It does not reject. */
  readonly resultOf: (event: ViewerEvent) => Promise<string | undefined>;
  /** Why the client may not be told anything any more. */
  readonly refusalOf: () => Promise<EndingCode | undefined>;
  /** The result that tells a client of a gap, as JSON. */
  readonly gapResult: string;
  readonly read: (after: EventPosition | undefined) => Promise<MissedEvents>;
  /** How many events may wait for the client to take those before; more are read again when it has. */
  readonly waitingLimit: number;
  /** How long a client may take nothing until it is cut off. */
  readonly stuckMs: number;
  readonly onFailure: (error: unknown) => void;
  /** Called once; `gone` when the client has left. */
  readonly onClosed: (code: EndingCode | 'gone') => void;
}

/** How long a client has to take the last words. */
const CUT_AFTER_MS = 2_000;

type Waiting = PlacedEvent | 'gap';

/**
 * One client's stream: what it has heard of, what waits for it, and its end. An event is resolved when the client has taken the one
 * before, so what waits is small: a bounded number of events, and one result.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #cutter = new AbortController();
  readonly #waiting: Waiting[] = [];
  /** Of the last event that was let in; all before it were. */
  #heard: ParsedPosition | undefined;
  /** From where the client is to read on if it hears of nothing. */
  #opening: EventPosition = '';
  /** Whether there may be events that were not let in: they are read as soon as can be. */
  #isBehind = true;
  #reading: Promise<void> | undefined;
  #isHeartbeatDue = false;
  #ending: EndingCode | 'gone' | undefined;
  #wake: () => void = () => undefined;
  /** When the last frame was handed over; `undefined` while the next one is awaited. */
  #handedOverAtMs: number | undefined;
  #isClosed = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  get viewerId(): string {
    return this.#options.viewerId;
  }

  /** Aborted when the connection has to be cut, since its client takes nothing. */
  get cut(): AbortSignal {
    return this.#cutter.signal;
  }

  /**
   * Finds out where the client is.
   * @param lastEventId where it was when it heard of events before
   * @throws Error when that cannot be read
   */
  async open(lastEventId: EventPosition | undefined): Promise<void> {
    this.#isBehind = false;
    await this.#read(lastEventId);
    // What waits for the client is behind where it was: one that is cut off before it has heard of that is still there.
    this.#opening = (this.#waiting.length > 0 && lastEventId) || this.#position();
    if (this.#isBehind) this.catchUp();
  }

  /** Has it read what may have been missed. */
  catchUp(): void {
    this.#isBehind = true;
    if (!this.#heard || this.#isFull()) return;
    this.#reading ??= this.#readUntilCaughtUp().finally(() => {
      this.#reading = undefined;
    });
  }

  /** An event of the viewer. */
  hear(placed: PlacedEvent): void {
    const at = parsePosition(placed.position);
    if (this.#reading || !this.#heard || at?.store !== this.#heard.store) {
      this.catchUp();
      return;
    }
    if (comparePositions(at, this.#heard) <= 0) return;
    if (this.#isFull()) this.#isBehind = true;
    else this.#letIn(placed, at);
  }

  /** All before this time was heard: the client need not read on from an event that is long past. */
  heardUntil(timeMs: number): void {
    if (this.#isBehind || !this.#heard) return;
    const until = justBefore(this.#heard.store, timeMs);
    if (comparePositions(until, this.#heard) > 0) this.#heard = until;
  }

  /** Keeps the connection alive, unless something else waits to go out. */
  beat(): void {
    if (this.#isBehind) this.catchUp();
    this.#isHeartbeatDue = true;
    this.#wake();
  }

  /** Ends the stream if its client may not be told anything any more, or takes nothing. */
  async check(): Promise<void> {
    const { refusalOf, stuckMs } = this.#options;
    if (this.#handedOverAtMs !== undefined && performance.now() - this.#handedOverAtMs > stuckMs) {
      this.end('SUBSCRIPTION_TOO_SLOW');
    }
    const refusal = await refusalOf();
    if (refusal) this.end(refusal);
  }

  /** Ends the stream without completing it, so that its client comes back; what waits is read again then. */
  end(code: EndingCode | 'gone'): void {
    if (this.#ending) return;
    this.#ending = code;
    this.#waiting.length = 0;
    this.#wake();
    if (code === 'gone') this.#close();
    else setTimeout(() => this.#cutter.abort(), CUT_AFTER_MS).unref();
  }

  /** The body of the response. */
  async *frames(): AsyncGenerator<string, void, void> {
    try {
      yield* this.#handOver(openingFrame(this.#opening));
      while (!this.#ending) {
        const frame = await this.#nextFrame();
        if (frame !== undefined && !this.#ending) yield* this.#handOver(frame);
      }
      if (this.#ending !== 'gone') yield closingFrame(this.#ending);
    } finally {
      this.#close();
    }
  }

  *#handOver(frame: string): Generator<string, void, void> {
    this.#handedOverAtMs = performance.now();
    yield frame;
    this.#handedOverAtMs = undefined;
  }

  /** `undefined` when it is to be asked again. */
  async #nextFrame(): Promise<string | undefined> {
    const { gapResult, resultOf, refusalOf } = this.#options;
    const next = this.#waiting.shift();
    if (this.#isBehind && this.#waiting.length === 0) this.catchUp();
    if (next === 'gap') return nextFrame(gapResult);
    if (next) {
      const refusal = await refusalOf();
      if (refusal) {
        this.end(refusal);
        return undefined;
      }
      const result = await resultOf(next.event);
      return result === undefined ? undefined : nextFrame(result, next.position);
    }
    if (this.#isHeartbeatDue) {
      this.#isHeartbeatDue = false;
      return heartbeatFrame(this.#position());
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#ending) resolve();
    });
    return undefined;
  }

  #position(): EventPosition {
    return this.#heard ? formatPosition(this.#heard) : '';
  }

  async #readUntilCaughtUp(): Promise<void> {
    try {
      while (this.#isBehind && !this.#isFull() && !this.#ending) {
        this.#isBehind = false;
        await this.#read(this.#position());
      }
    } catch (error) {
      this.#isBehind = true;
      this.#options.onFailure(error);
    }
  }

  async #read(after: EventPosition | undefined): Promise<void> {
    const { events, position, isComplete } = await this.#options.read(after);
    if (this.#ending) return;
    if (!isComplete) this.#waiting.push('gap');
    for (const placed of events) {
      const at = parsePosition(placed.position);
      if (this.#isFull()) this.#isBehind = true;
      else if (at) this.#letIn(placed, at);
    }
    if (!this.#isBehind || !this.#heard) this.#heard = parsePosition(position);
    this.#wake();
  }

  #isFull(): boolean {
    return this.#waiting.length >= this.#options.waitingLimit;
  }

  #letIn(placed: PlacedEvent, at: ParsedPosition): void {
    this.#heard = at;
    if (this.#ending || !this.#options.isAskedFor(placed.event)) return;
    this.#waiting.push(placed);
    this.#wake();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClosed(this.#ending ?? 'gone');
  }
}
