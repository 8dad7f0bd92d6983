/** Something that has to end by a time, and can be ended early. */
export interface Expiring {
  /** Its index among all that are pending, which `Deadlines` alone reads and writes. */
  pendingIndex: number;
  /** Is called every so often, with the time as `performance.now()` has it, until it was taken away. */
  expireAt(nowMs: number): void;
}

/** How late a deadline may be noticed. */
export const DEADLINE_RESOLUTION_MS = 50;

/**
 * One timer for the deadlines of all requests: to make, arm and clear one for each costs as much as to write the request. It stops
 * at the first look that finds nothing, and does not keep the process alive.
 */
export class Deadlines {
  /**
   * No `Set`: V8 makes it a new table every few dozen changes, and each old table points to the next. Once one of them is in the old
   * generation, it keeps all later ones from being collected as garbage that is young, and all requests that stood in them.
   */
  readonly #pending: Expiring[] = [];
  readonly #onSweep: ((nowMs: number) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onSweep called after all were looked at, with the same time */
  constructor(onSweep?: (nowMs: number) => void) {
    this.#onSweep = onSweep;
  }

  /** Does nothing for what is pending already. */
  add(expiring: Expiring): void {
    if (this.#pending[expiring.pendingIndex] === expiring) return;
    expiring.pendingIndex = this.#pending.push(expiring) - 1;
    this.#timer ??= setInterval(() => this.#sweep(), DEADLINE_RESOLUTION_MS).unref();
  }

  /** Does nothing for what was taken away before. */
  delete(expiring: Expiring): void {
    const index = expiring.pendingIndex;
    if (this.#pending[index] !== expiring) return;
    const last = this.#pending.pop();
    if (!last || last === expiring) return;
    this.#pending[index] = last;
    last.pendingIndex = index;
  }

  #sweep(): void {
    if (this.#pending.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const nowMs = performance.now();
    for (let index = 0; index < this.#pending.length; ) {
      const expiring = this.#pending[index];
      expiring?.expireAt(nowMs);
      // What took itself away has left its place to another one.
      if (this.#pending[index] === expiring) index += 1;
    }
    this.#onSweep?.(nowMs);
  }
}
