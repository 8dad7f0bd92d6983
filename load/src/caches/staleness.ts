/** What readers have seen of values that were replaced before they asked. */
export interface StalenessReport {
  /** How many values were looked at. */
  readonly values: number;
  /** How many of them had been replaced, by an acknowledged write, before the reader asked. */
  readonly stale: number;
  /** How long the stalest value had been replaced. */
  readonly longestMs: number;
  /** Those that had been replaced for longer than the bound. */
  readonly beyondBound: number;
}

/**
 * Decides from the clients' point of view alone whether a reader saw what was no longer true. Each write gives its product the
 * next version; a reader who asks after a write was acknowledged has to see that version or a later one.
 */
export class StalenessChecker {
  readonly #boundMs: number;
  /** For each product, when each version was acknowledged; version 1 is the first write. */
  readonly #acknowledgedAtMs = new Map<string, number[]>();
  #values = 0;
  #stale = 0;
  #longestMs = 0;
  #beyondBound = 0;

  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  /** The version that the next write of a product is to give it. One write of a product may be under way at a time. */
  nextVersion(product: string): number {
    return (this.#acknowledgedAtMs.get(product)?.length ?? 0) + 1;
  }

  /** A write was acknowledged. */
  written(product: string, atMs: number): void {
    const times = this.#acknowledgedAtMs.get(product);
    if (times) times.push(atMs);
    else this.#acknowledgedAtMs.set(product, [atMs]);
  }

  /** A reader who asked at `askedAtMs` saw a version; 0 is what was there before any write. */
  read(product: string, version: number, askedAtMs: number): void {
    this.#values += 1;
    const replacedAtMs = this.#acknowledgedAtMs.get(product)?.[version];
    if (replacedAtMs === undefined || replacedAtMs >= askedAtMs) return;
    const staleForMs = askedAtMs - replacedAtMs;
    this.#stale += 1;
    this.#longestMs = Math.max(this.#longestMs, staleForMs);
    if (staleForMs > this.#boundMs) this.#beyondBound += 1;
  }

  report(): StalenessReport {
    return {
      values: this.#values,
      stale: this.#stale,
      longestMs: this.#longestMs,
      beyondBound: this.#beyondBound,
    };
  }
}
