/** Work that nobody waits for, until the end. */
export class BackgroundWork {
  readonly #running = new Set<Promise<unknown>>();

  /** Takes over work whose failure nobody needs to know of. */
  add(work: Promise<unknown>): void {
    const settled: Promise<unknown> = work.then(
      () => this.#running.delete(settled),
      () => this.#running.delete(settled),
    );
    this.#running.add(settled);
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
