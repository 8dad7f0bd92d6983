/**
 * Counts what is observed, by how large it is. One is made for each set of labels and kept by whoever observes: an observation
 * then is a search of a dozen bounds and two additions, and allocates nothing.
 */
export class Observations {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param bounds upper bounds, ascending; what is above the last is counted, too */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** How large all that was observed is together. */
  get sum(): number {
    return this.#sum;
  }

  /** In the unit of the bounds. */
  observe(value: number): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  /** How many were at most as large as each bound, and last of all how many there were. */
  cumulative(): number[] {
    let sum = 0;
    return Array.from(this.#counts, (count) => {
      sum += count;
      return sum;
    });
  }
}
