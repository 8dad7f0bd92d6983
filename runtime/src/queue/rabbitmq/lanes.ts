/** Runs tasks of one key one after the other, in the order they came, and those of different keys at once. */
export class Lanes<Key> {
  readonly #last = new Map<Key, Promise<void>>();

  /** @param task must not reject */
  run(key: Key, task: () => Promise<void>): void {
    const run = (this.#last.get(key) ?? Promise.resolve()).then(task).finally(() => {
      if (this.#last.get(key) === run) this.#last.delete(key);
    });
    this.#last.set(key, run);
  }

  /** Resolves when all tasks given so far have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
