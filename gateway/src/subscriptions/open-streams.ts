import { CodedError } from '@tributary/runtime/errors/coded-error';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Listening, ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import type { EndingCode, Subscription } from './subscription.ts';
import type { SubscriptionLimits } from './subscription-limits.ts';

export interface OpenStreamsOptions {
  readonly events: ViewerEvents;
  readonly limits: SubscriptionLimits;
  readonly logger: Logger;
}

/** How long streams have to end by themselves when the process stops; those that have not are cut by then. */
const STOP_LIMIT_MS = 6_000;
const RETRY_AFTER_SECONDS = 5;

/** Streams are looked at in turns, so that thousands of them keep nobody waiting. */
const TURNS = 20;

/** All streams of a process: it bounds them, passes events on to those of their viewer, and keeps them alive. */
export class OpenStreams {
  readonly #options: OpenStreamsOptions;
  readonly #byViewer = new Map<string, Set<Subscription>>();
  readonly #turns = Array.from({ length: TURNS }, () => new Set<Subscription>());
  readonly #timer: NodeJS.Timeout;
  readonly #onFailure: (error: unknown) => void;
  #turn = 0;
  readonly #listening: Promise<Listening>;
  #count = 0;
  #isStopping = false;
  #heardTickAtMs = Number.NEGATIVE_INFINITY;
  #whenEmpty: () => void = () => undefined;

  constructor(options: OpenStreamsOptions) {
    const { events, limits, logger } = options;
    this.#options = options;
    this.#onFailure = createFailureLog({ logger, component: 'subscriptions' });
    this.#listening = events.listen({
      isWaitedFor: (viewerId) => this.#byViewer.has(viewerId),
      onEvent: (placed) => {
        for (const stream of this.#byViewer.get(placed.event.viewerId) ?? []) stream.hear(placed);
      },
      onGap: () => this.#forEach((stream) => stream.catchUp()),
      onTick: (timeMs) => {
        this.#heardTickAtMs = performance.now();
        this.#forEach((stream) => stream.heardUntil(timeMs));
      },
    });
    this.#timer = setInterval(() => this.#takeTurn(), limits.checkMs / TURNS).unref();
  }

  /** How many streams are open. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes a stream of a viewer; `remove` gives its place back.
   * @throws CodedError TOO_MANY_SUBSCRIPTIONS, SUBSCRIPTIONS_UNAVAILABLE
   */
  add(stream: Subscription): void {
    const { perViewer, perProcess } = this.#options.limits;
    const ofViewer = this.#byViewer.get(stream.viewerId) ?? new Set();
    if (ofViewer.size >= perViewer) {
      throw new CodedError('TOO_MANY_SUBSCRIPTIONS', `There are ${perViewer} streams of this viewer already`, {
        extensions: { maximum: perViewer },
      });
    }
    if (this.#isStopping || this.#count >= perProcess) {
      const extensions = { retryAfterSeconds: RETRY_AFTER_SECONDS };
      throw new CodedError('SUBSCRIPTIONS_UNAVAILABLE', 'This gateway takes no more streams', { extensions });
    }
    ofViewer.add(stream);
    this.#byViewer.set(stream.viewerId, ofViewer);
    this.#turns[this.#count % TURNS]?.add(stream);
    this.#count += 1;
  }

  remove(stream: Subscription): void {
    const ofViewer = this.#byViewer.get(stream.viewerId);
    if (!ofViewer?.delete(stream)) return;
    for (const turn of this.#turns) if (turn.delete(stream)) break;
    if (ofViewer.size === 0) this.#byViewer.delete(stream.viewerId);
    this.#count -= 1;
    if (this.#count === 0) this.#whenEmpty();
  }

  /** Ends all streams, so that their clients come back to another gateway or the next supergraph. */
  endAll(code: EndingCode): void {
    this.#forEach((stream) => stream.end(code));
  }

  /** Takes no more streams, and ends those that are open. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    const { promise: emptied, resolve } = Promise.withResolvers<void>();
    this.#whenEmpty = resolve;
    if (this.#count === 0) resolve();
    this.endAll('SUBSCRIPTIONS_UNAVAILABLE');
    const limit = setTimeout(resolve, STOP_LIMIT_MS);
    await emptied;
    clearTimeout(limit);
    await (await this.#listening).close();
  }

  /** Looks at some of the streams; at each of them once in `checkMs`, and keeps it alive once in `heartbeatMs`. */
  #takeTurn(): void {
    const { heartbeatMs, checkMs } = this.#options.limits;
    const round = Math.floor(this.#turn / TURNS);
    const isBeat = round % Math.max(1, Math.round(heartbeatMs / checkMs)) === 0;
    const place = this.#turn % TURNS;
    this.#turn += 1;
    for (const stream of this.#turns[place] ?? []) {
      void stream.check();
      if (isBeat) stream.beat();
    }
    if (isBeat && place === 0 && this.#count > 0) void this.#tick().catch(this.#onFailure);
  }

  /** Others hear of it, too, so one gateway that says it is enough. */
  async #tick(): Promise<void> {
    const { events, limits } = this.#options;
    if (performance.now() - this.#heardTickAtMs >= limits.heartbeatMs / 2) await events.tick();
  }

  #forEach(act: (stream: Subscription) => void): void {
    for (const ofViewer of this.#byViewer.values()) for (const stream of ofViewer) act(stream);
  }
}
