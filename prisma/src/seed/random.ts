/**
 * A seeded source of numbers: the same seed gives the same numbers on every machine. The algorithm is mulberry32 by Tommy
 * Ettinger (public domain, gist.github.com/tommyettinger/46a874533244883189143505d203312c).
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** One of many independent sources, so that what one user did does not depend on who else there is. */
  static of(stream: string, index: number): Random {
    // FNV-1a, 32 bits.
    let hash = 0x811c9dc5;
    for (const character of `${stream}:${index}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    return new Random(hash);
  }

  /** At least 0 and below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T {
    const index = this.between(0, list.length - 1);
    const picked = list[index];
    if (picked === undefined) throw new RangeError('there is nothing to pick from');
    return picked;
  }
}
