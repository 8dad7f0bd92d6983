import type { ErrorCounts } from './error-counts.ts';
import type { OperationStats, Outcome } from './operation-stats.ts';

/** An error of an answer, as far as it is counted. */
interface CodedAnswerError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Whoever gives an operation little time brings these about, and no fault of ours. */
const OF_LITTLE_TIME: readonly unknown[] = ['DEADLINE_EXCEEDED', 'SUBGRAPH_TIMEOUT'];

/** What becomes of one operation, from its request to its answer. */
export class OperationOutcome {
  /** Whose statistics it counts for: set once it is known what is asked. */
  stats: OperationStats;
  readonly #errors: ErrorCounts;
  readonly #isHurried: boolean;
  readonly #beganAtMs = performance.now();
  #outcome: Outcome = 'ok';
  /** Of the errors that it could end with, the first. */
  #thrown: unknown;

  /**
   * @param stats where it counts as long as nobody knows what is asked
   * @param isHurried whether its client has said how long it may take
   */
  constructor(stats: OperationStats, errors: ErrorCounts, isHurried: boolean) {
    this.stats = stats;
    this.#errors = errors;
    this.#isHurried = isHurried;
  }

  /** Notes the errors of its answer, unless it has ended without one: nobody is given what comes later. */
  note(errors: readonly CodedAnswerError[]): void {
    if (this.#thrown !== undefined) return;
    for (const { extensions } of errors) this.#noteCode(extensions?.['code']);
  }

  /** Notes what it ended with instead of an answer. The first counts, however many follow: its client is told no other. */
  noteThrown(error: unknown): void {
    if (this.#thrown !== undefined) return;
    this.#thrown = error;
    this.#noteCode(this.#errors.codeOf(error));
  }

  /** @param isAbandoned whether its client has left */
  ended(isAbandoned = false): void {
    this.stats.ended(isAbandoned ? 'abandoned' : this.#outcome, performance.now() - this.#beganAtMs);
  }

  #noteCode(code: unknown): void {
    const whose = this.#errors.add(code);
    const isOurs = whose === 'failed' && !(this.#isHurried && OF_LITTLE_TIME.includes(code));
    if (isOurs) this.#outcome = 'failed';
    else if (this.#outcome === 'ok') this.#outcome = 'refused';
  }
}
