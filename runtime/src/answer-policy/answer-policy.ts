/** Who a cached answer may be shown to again: everybody, or the viewer who got it. */
export type CacheScope = 'PUBLIC' | 'PRIVATE';

/** How long and for whom something may be cached; what is left out says nothing. */
export interface CacheHint {
  /** In seconds; 0 is not at all. */
  readonly maxAgeS?: number | undefined;
  readonly scope?: CacheScope | undefined;
}

/** What the resolvers and loaders of one request say about caching its answer, beyond the hints in the schema. */
export interface AnswerPolicy {
  /** Narrows: of all that is said, the lowest age and the narrowest scope hold. */
  restrict(hint: CacheHint): void;
  /** Names what the answer depends on, such as `product:prd_…`: who changes that drops the answer. */
  addTags(tags: Iterable<string>): void;
}

/** An answer of more tags is not cached: to look after them would cost more than the answer. */
const maxTags = 1000;

/** Keeps what is said about one answer. */
export class CollectedAnswerPolicy implements AnswerPolicy {
  #maxAgeS: number | undefined;
  #scope: CacheScope | undefined;
  readonly #tags: Set<string> | undefined;

  /** @param collectsTags whether anybody wants them; without, they cost nothing */
  constructor({ collectsTags }: { collectsTags: boolean }) {
    this.#tags = collectsTags ? new Set() : undefined;
  }

  restrict({ maxAgeS, scope }: CacheHint): void {
    if (maxAgeS !== undefined && (this.#maxAgeS === undefined || maxAgeS < this.#maxAgeS)) this.#maxAgeS = maxAgeS;
    if (scope !== undefined && this.#scope !== 'PRIVATE') this.#scope = scope;
  }

  addTags(tags: Iterable<string>): void {
    const collected = this.#tags;
    if (collected === undefined || collected.size > maxTags) return;
    for (const tag of tags) collected.add(tag);
    if (collected.size > maxTags) this.restrict({ maxAgeS: 0 });
  }

  /** What was said so far. */
  get hint(): CacheHint {
    return { maxAgeS: this.#maxAgeS, scope: this.#scope };
  }

  /** All tags so far; `undefined` where nobody wants them or they are too many. */
  get tags(): readonly string[] | undefined {
    return this.#tags && this.#tags.size <= maxTags ? [...this.#tags] : undefined;
  }
}
