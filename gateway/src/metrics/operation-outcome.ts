import type { ErrorCounts } from './error-counts.ts';
import type { OperationStats, Outcome } from './operation-stats.ts';

/** An error of an answer, as far as it is counted. */
interface CodedAnswerError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What becomes of one operation, from its request to its answer. */
export class OperationOutcome {
  /** Whose statistics it counts for: set once it is known what is asked. */
  stats: OperationStats;
  readonly #errors: ErrorCounts;
  readonly #beganAtMs = performance.now();
  #outcome: Outcome = 'ok';
  #thrown: unknown;

  /** @param stats where it counts as long as nobody knows what is asked */
  constructor(stats: OperationStats, errors: ErrorCounts) {
    this.stats = stats;
    this.#errors = errors;
  }

  /** Notes the errors of its answer. */
  note(errors: readonly CodedAnswerError[]): void {
    for (const { extensions } of errors) this.#noteCode(extensions?.['code']);
  }

  /** Notes what it ended with instead of an answer; the same error counts once, however often it is noted. */
  noteThrown(error: unknown): void {
    if (error === this.#thrown) return;
    this.#thrown = error;
    this.#noteCode(this.#errors.codeOf(error));
  }

  ended(): void {
    this.stats.ended(this.#outcome, performance.now() - this.#beganAtMs);
  }

  #noteCode(code: unknown): void {
    if (this.#errors.add(code) === 'failed') this.#outcome = 'failed';
    else if (this.#outcome === 'ok') this.#outcome = 'refused';
  }
}
