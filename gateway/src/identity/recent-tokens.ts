export interface RecentTokensOptions {
  /** The most tokens that are remembered. */
  readonly limit: number;
  /** How much they may take together. */
  readonly limitBytes: number;
  /** How much of it is taken by one, with what is remembered of it. */
  bytesOf(token: string): number;
}

/**
 * Remembers what was found out of the tokens that came last, in two generations: a token of the older one that comes again moves to the
 * younger, and when that is full, what is left of the older is forgotten. So whatever came again among the last half of `limit` is
 * there. To find a token writes nothing: the links of a list in the order of use lie all over the memory, and to fetch them for
 * each request took as long as to find the token.
 */
export class RecentTokens<Finding extends object> {
  readonly #options: RecentTokensOptions;
  #young = new Map<string, Finding>();
  #youngBytes = 0;
  #old = new Map<string, Finding>();

  constructor(options: RecentTokensOptions) {
    this.#options = options;
  }

  /** How many are remembered; a token that has moved counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(token: string): Finding | undefined {
    return this.#young.get(token) ?? this.#findOld(token);
  }

  remember(token: string, finding: Finding): void {
    const { limit, limitBytes, bytesOf } = this.#options;
    const bytes = bytesOf(token);
    if (this.#young.size >= limit / 2 || this.#youngBytes + bytes > limitBytes / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(token, finding);
    this.#youngBytes += bytes;
  }

  clear(): void {
    this.#young.clear();
    this.#youngBytes = 0;
    this.#old.clear();
  }

  #findOld(token: string): Finding | undefined {
    const finding = this.#old.get(token);
    if (finding !== undefined) this.remember(token, finding);
    return finding;
  }
}
