/** A moment between two invalidations that this process was told of. */
export type LogPosition = number;

/**
 * What this process was told about invalidated tags, in the order it was told. Who holds a value from a reading asks it
 * whether one of the value's tags was invalidated since the reading began; nothing has to find the values of a tag.
 *
 * It remembers the last `limit` tags. A position from before what it remembers counts as overtaken.
 */
export class InvalidationLog {
  readonly #limit: number;
  /** In the order of their last invalidation. */
  readonly #lastOf = new Map<string, LogPosition>();
  #position: LogPosition = 0;
  #forgottenUpTo: LogPosition = 0;

  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  get position(): LogPosition {
    return this.#position;
  }

  record(tags: Iterable<string>): void {
    this.#position += 1;
    for (const tag of tags) {
      this.#lastOf.delete(tag);
      this.#lastOf.set(tag, this.#position);
    }
    this.#forgetOldest();
  }

  /** After a gap in what it was told: every reading up to now counts as overtaken. */
  recordGap(): void {
    this.#position += 1;
    this.#forgottenUpTo = this.#position;
    this.#lastOf.clear();
  }

  /** Whether one of `tags` was, or may have been, invalidated after `position`. */
  hasAnySince(position: LogPosition, tags: Iterable<string>): boolean {
    if (position < this.#forgottenUpTo) return true;
    for (const tag of tags) if ((this.#lastOf.get(tag) ?? 0) > position) return true;
    return false;
  }

  #forgetOldest(): void {
    for (const [tag, position] of this.#lastOf) {
      if (this.#lastOf.size <= this.#limit) return;
      this.#lastOf.delete(tag);
      this.#forgottenUpTo = position;
    }
  }
}
