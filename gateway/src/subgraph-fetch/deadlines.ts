/** Something that has to end by a time, and can be ended early. */
export interface Expiring {
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
  readonly #pending = new Set<Expiring>();
  #timer: NodeJS.Timeout | undefined;

  add(expiring: Expiring): void {
    this.#pending.add(expiring);
    this.#timer ??= setInterval(() => this.#sweep(), DEADLINE_RESOLUTION_MS).unref();
  }

  delete(expiring: Expiring): void {
    this.#pending.delete(expiring);
  }

  #sweep(): void {
    if (this.#pending.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const nowMs = performance.now();
    for (const expiring of this.#pending) expiring.expireAt(nowMs);
  }
}
