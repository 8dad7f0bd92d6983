import { Crowd } from './crowd.ts';
import { UsualTime } from './usual-time.ts';

export interface ConcurrencyLimitOptions {
  /** How many may be busy at first, for a moment, and after a while in which nothing was refused. Default 100. */
  readonly initial?: number;
  /** Default 16: as many keep every processor busy. */
  readonly least?: number;
  /** How many may be under way in all, those that only wait for something included. Default 1,000. */
  readonly most?: number;
  /** As `performance.now()`. */
  readonly nowMs?: () => number;
}

/** A request that was let in; whoever has it gives it back to `leave`. */
export interface Ticket {
  readonly enteredAtMs: number;
  /** Its index among those that are busy, which `ConcurrencyLimit` alone reads and writes; -1 once it is none of them. */
  index: number;
}

/** A limit is looked at so often, once enough has ended since. */
const WINDOW_MS = 100;
const LEAST_SAMPLES = 10;
const MOST_SAMPLES = 500;

/** Of the times of a window, the one that is looked at: it tells a queue that all stand in from a few requests that are slow anyway. */
const QUANTILE = 0.9;
/** How many times the usual that may be before fewer are let in. */
const TOLERANCE = 2;
/** So many more are let in than seem right: without any queue, nobody would notice that there is room. */
const QUEUE = 4;
const SMOOTHING = 0.2;
/** The limit is halved, not smoothed, while requests take twice as long as they may. */
const HALVING = 0.5;

/** With nothing refused, the limit comes back to where it was at first by this much a window. */
const RECOVERY = 1.05;

/** Who takes so long, and so many times as long as the others, does nothing but wait for what will not come. */
const WAITING_MS = 1_000;
const WAITING_TIMES = 10;

/**
 * Bounds how many requests are busy by how long they take: once that is much more than usual, more of them only make each other wait.
 * After Gradient2 of Netflix's concurrency-limits, with three differences. What is usual is hardly learned while there is a crowd, since
 * an overload that lasts would become it. Bursts are let in. And those that wait for something that hangs, while the others are as fast
 * as ever, are not counted: one part that is frozen would use up the room of all.
 *
 * @see https://github.com/Netflix/concurrency-limits/blob/main/concurrency-limits-core/src/main/java/com/netflix/concurrency/limits/limit/Gradient2Limit.java
 */
export class ConcurrencyLimit {
  readonly #initial: number;
  readonly #least: number;
  readonly #most: number;
  readonly #nowMs: () => number;
  readonly #crowd: Crowd;
  readonly #usual = new UsualTime();
  readonly #busy: Ticket[] = [];
  readonly #samplesMs: number[] = [];
  #limit: number;
  #waiting = 0;
  #refused = 0;
  #slowMs = 0;
  #windowStartedAtMs: number;
  #mostBusy = 0;
  #refusedBefore = 0;
  #setAsideAtMs = 0;

  constructor({
    initial = 100,
    least = 16,
    most = 1_000,
    nowMs = () => performance.now(),
  }: ConcurrencyLimitOptions = {}) {
    this.#initial = Math.min(initial, most);
    this.#least = Math.min(least, this.#initial);
    this.#most = most;
    this.#nowMs = nowMs;
    this.#limit = this.#initial;
    this.#windowStartedAtMs = nowMs();
    this.#crowd = new Crowd(this.#windowStartedAtMs);
  }

  /** How many may be busy where they stay. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** How many are busy. */
  get busy(): number {
    return this.#busy.length;
  }

  /** How many were refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Lets a request in, or refuses it (`undefined`). */
  tryEnter(): Ticket | undefined {
    const nowMs = this.#nowMs();
    const { limit } = this;
    if (this.#busy.length >= limit) this.#setAside(nowMs);
    this.#crowd.look(nowMs, { busy: this.#busy.length, limit });
    const room = this.#crowd.isStanding ? limit : Math.max(limit, this.#initial);
    if (this.#busy.length >= room || this.#busy.length + this.#waiting >= this.#most) {
      this.#refused += 1;
      this.#crowd.refused();
      return undefined;
    }
    const ticket = { enteredAtMs: nowMs, index: this.#busy.length };
    this.#busy.push(ticket);
    if (this.#busy.length > this.#mostBusy) this.#mostBusy = this.#busy.length;
    return ticket;
  }

  /** Notes the end of a request. */
  leave(ticket: Ticket): void {
    if (ticket.index === -1) {
      this.#waiting -= 1;
      return;
    }
    const nowMs = this.#nowMs();
    this.#take(ticket);
    this.#crowd.left(this.#busy.length);
    if (this.#samplesMs.length < MOST_SAMPLES) this.#samplesMs.push(nowMs - ticket.enteredAtMs);
    if (this.#samplesMs.length < LEAST_SAMPLES || nowMs - this.#windowStartedAtMs < WINDOW_MS) return;
    this.#samplesMs.sort((left, right) => left - right);
    this.#adapt(this.#samplesMs[Math.floor(this.#samplesMs.length * QUANTILE)] ?? 0);
    this.#samplesMs.length = 0;
    this.#mostBusy = this.#busy.length;
    this.#refusedBefore = this.#refused;
    this.#windowStartedAtMs = nowMs;
  }

  #take(ticket: Ticket): void {
    const last = this.#busy.pop();
    if (last && last !== ticket) {
      this.#busy[ticket.index] = last;
      last.index = ticket.index;
    }
    ticket.index = -1;
  }

  /** Counts those no more that only wait. */
  #setAside(nowMs: number): void {
    if (nowMs - this.#setAsideAtMs < WINDOW_MS) return;
    this.#setAsideAtMs = nowMs;
    const longestMs = Math.max(WAITING_MS, WAITING_TIMES * this.#slowMs);
    for (const ticket of this.#busy.filter(({ enteredAtMs }) => nowMs - enteredAtMs > longestMs)) {
      this.#take(ticket);
      this.#waiting += 1;
    }
  }

  #adapt(slowMs: number): void {
    const isRefusing = this.#refused > this.#refusedBefore;
    const isCrowded = isRefusing || this.#crowd.isStanding;
    this.#slowMs = slowMs;
    this.#usual.learn(slowMs, { isCrowded });
    if (isCrowded || this.#mostBusy >= this.#limit / 2) {
      const gradient = Math.min(1, (TOLERANCE * this.#usual.ms) / slowMs);
      const wanted = this.#limit * gradient + QUEUE;
      if (gradient < HALVING) this.#limit *= HALVING;
      else this.#limit += (wanted - this.#limit) * SMOOTHING;
    } else if (this.#limit < this.#initial) {
      this.#limit = Math.min(this.#initial, this.#limit * RECOVERY);
    }
    this.#limit = Math.max(this.#least, Math.min(this.#most, this.#limit));
  }
}
