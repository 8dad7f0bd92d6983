import { type CacheHint, cacheControlHeader, narrowerHint, UNCACHEABLE } from './cache-hint.ts';

/** What the resolvers and loaders of one request say about caching its answer, beyond the hints in the schema. */
export interface AnswerPolicy {
  /** Narrows: of all that is said, the lowest age and the narrowest scope hold. */
  restrict(hint: CacheHint): void;
  /** Names what the answer depends on, such as `product:prd_…`: who changes that drops the answer. */
  addTags(tags: Iterable<string>): void;
}

/** An answer of more tags is not cached: to look after them would cost more than the answer. */
const maxTags = 1000;

/** What is known of an operation before it runs: its hint, and the header that says so. */
export interface OperationPolicy {
  readonly hint: CacheHint;
  readonly header: string;
}

/** Keeps what is said about one answer. */
export class CollectedAnswerPolicy implements AnswerPolicy {
  #hint: CacheHint | undefined;
  readonly #tags: Set<string> | undefined;

  /** @param collectsTags whether anybody wants them; without, they cost nothing */
  constructor({ collectsTags }: { collectsTags: boolean }) {
    this.#tags = collectsTags ? new Set() : undefined;
  }

  restrict(hint: CacheHint): void {
    this.#hint = this.#hint ? narrowerHint(this.#hint, hint) : hint;
  }

  addTags(tags: Iterable<string>): void {
    const collected = this.#tags;
    if (collected === undefined || collected.size > maxTags) return;
    for (const tag of tags) {
      collected.add(tag);
      if (collected.size > maxTags) {
        this.restrict(UNCACHEABLE);
        return;
      }
    }
  }

  /** What was said about age and scope so far. */
  get hint(): CacheHint {
    return this.#hint ?? {};
  }

  /** All tags so far, each once; `undefined` where nobody wants them or they are too many. */
  get tags(): readonly string[] | undefined {
    return this.#tags && this.#tags.size <= maxTags ? [...this.#tags] : undefined;
  }

  /** The `cache-control` header of an answer without errors: what the operation allows, narrowed by what was said since. */
  headerFor({ hint, header }: OperationPolicy): string {
    if (this.#hint === undefined || hint.maxAgeS === undefined) return header;
    return cacheControlHeader(narrowerHint(hint, this.#hint));
  }
}
