/** How many reads that keep waiting may be sent a second time, for each that is sent. */
const SHARE = 0.1;
const MOST_SAVED = 10;

/**
 * Bounds what reads that are sent a second time add to the load of a database: a tenth of its reads, and 10 at once. After the hedged
 * requests of Dean and Barroso, "The Tail at Scale".
 */
export class SecondReads {
  #left = MOST_SAVED;

  /** Notes a read that is sent for the first time. */
  addRead(): void {
    if (this.#left < MOST_SAVED) this.#left += SHARE;
  }

  /** Whether one may be sent again; if so, that is noted. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
