import { createHistogram } from 'node:perf_hooks';
import type { TrafficAnswer } from './marketplace-traffic.ts';

export type RequestKind = 'read' | 'write';

/** What a load came to. */
export interface TrafficReport {
  readonly reads: number;
  readonly writes: number;
  /** Requests without an answer, or with errors in it. */
  readonly failures: number;
  readonly readP50Ms: number;
  readonly readP99Ms: number;
}

/** Counts answers and keeps the latencies of reads. */
export class TrafficRecorder {
  readonly #latenciesUs = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  readonly #counts = { read: 0, write: 0 };
  #failures = 0;

  record(kind: RequestKind, { body }: TrafficAnswer, askedAtMs: number): void {
    this.#counts[kind] += 1;
    if (body?.data == null || body.errors !== undefined) this.#failures += 1;
    if (kind === 'write') return;
    this.#latenciesUs.record(Math.max(1, Math.round((performance.now() - askedAtMs) * 1_000)));
  }

  report(): TrafficReport {
    const ms = (percentile: number) => this.#latenciesUs.percentile(percentile) / 1_000;
    return {
      reads: this.#counts.read,
      writes: this.#counts.write,
      failures: this.#failures,
      readP50Ms: ms(50),
      readP99Ms: ms(99),
    };
  }
}
