/** One direction of a connection: what enters leaves in the same order, after a while or when it is let through. */
export class ByteLane {
  readonly #leave: (bytes: Uint8Array) => void;
  readonly #waiting: { readonly bytes: Uint8Array; readonly dueAtMs: number }[] = [];
  #isStalled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(leave: (bytes: Uint8Array) => void) {
    this.#leave = leave;
  }

  enter(bytes: Uint8Array, delayMs: number): void {
    this.#waiting.push({ bytes, dueAtMs: performance.now() + delayMs });
    this.#move();
  }

  /** Nothing leaves while it is stalled; after that all that has come meanwhile does. */
  setStalled(isStalled: boolean): void {
    this.#isStalled = isStalled;
    this.#move();
  }

  #move(): void {
    clearTimeout(this.#timer);
    while (!this.#isStalled) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const restMs = first.dueAtMs - performance.now();
      if (restMs > 0) {
        this.#timer = setTimeout(() => this.#move(), restMs).unref();
        return;
      }
      this.#waiting.shift();
      this.#leave(first.bytes);
    }
  }
}
