/** Looked at so often. */
const WINDOW_MS = 100;

/**
 * Tells a crowd that stays from one that passes. What comes at once goes again at once, and to refuse a part of it gains nothing; a
 * queue in which there were never fewer than there should be, for a whole window, only makes everybody in it wait. It is over after a
 * window in which nobody was refused. After CoDel, which looks at the least of a time, too, to tell good queues from bad.
 *
 * @see https://queue.acm.org/detail.cfm?id=2209336
 */
export class Crowd {
  #isStanding = false;
  #leastBusy = 0;
  #wasRefused = false;
  #windowStartedAtMs: number;

  constructor(nowMs: number) {
    this.#windowStartedAtMs = nowMs;
  }

  get isStanding(): boolean {
    return this.#isStanding;
  }

  /** Notes how many are left when one has gone. */
  left(busy: number): void {
    if (busy < this.#leastBusy) this.#leastBusy = busy;
  }

  refused(): void {
    this.#wasRefused = true;
  }

  /** Looks at a window once it is over; asked before each that comes. */
  look(nowMs: number, { busy, limit }: { busy: number; limit: number }): void {
    if (nowMs - this.#windowStartedAtMs < WINDOW_MS) return;
    this.#isStanding = this.#isStanding ? this.#wasRefused : this.#leastBusy >= limit;
    this.#windowStartedAtMs = nowMs;
    this.#leastBusy = busy;
    this.#wasRefused = false;
  }
}
