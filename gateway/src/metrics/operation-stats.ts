import type { Observations } from '@tributary/runtime/metrics/observations';

/** How an operation ended: `refused` with errors that are all its client's to mend, `abandoned` when its client left before. */
export const outcomes = ['ok', 'refused', 'failed', 'abandoned'] as const;
export type Outcome = (typeof outcomes)[number];

/** How often an operation ended how, and how long that took. */
export class OperationStats {
  readonly name: string;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly #counts = { ok: 0, refused: 0, failed: 0, abandoned: 0 };
  readonly #durations: Observations;

  /** @param durations in seconds */
  constructor(name: string, durations: Observations) {
    this.name = name;
    this.counts = this.#counts;
    this.#durations = durations;
  }

  ended(outcome: Outcome, durationMs: number): void {
    this.#counts[outcome] += 1;
    this.#durations.observe(durationMs / 1_000);
  }
}
