/** Why an answer was neither taken from the cache nor left in it. */
export type BypassReason =
  /** The request's variables, or the operation itself, cannot be part of a key. */
  | 'unkeyed'
  /** Its caller is told how it came to be. */
  | 'explained'
  /** Its subgraphs allow nobody to keep it. */
  | 'uncacheable'
  /** The same one was not to be kept a moment ago: it had errors, or was too large. */
  | 'not-kept';

/** What became of a query: `stale` is served beyond its time to live, `miss` was executed. */
export type AnswerOutcome = 'hit' | 'stale' | 'miss' | BypassReason;

/** How often each came about in this process. */
export class AnswerCounters {
  readonly #counts = new Map<AnswerOutcome, number>();

  add(outcome: AnswerOutcome): void {
    this.#counts.set(outcome, this.of(outcome) + 1);
  }

  of(outcome: AnswerOutcome): number {
    return this.#counts.get(outcome) ?? 0;
  }

  /** What came about at all. */
  get all(): ReadonlyMap<AnswerOutcome, number> {
    return this.#counts;
  }
}
