import { createHistogram } from 'node:perf_hooks';
import type { Answer } from './answer-reader.ts';

/** What a load came to, as its process prints it. */
export interface LoadResult {
  readonly answers: number;
  /** Broken connections, requests without an answer in time, and answers with another status or length than expected. */
  readonly failures: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const longestLatencyUs = 120_000_000;

/** Counts answers and keeps their latencies in an HDR histogram. */
export class LoadRecorder {
  readonly #expectedBytes: readonly number[] | undefined;
  readonly #latenciesUs = createHistogram({ lowest: 1, highest: longestLatencyUs, figures: 3 });
  readonly #startedAtMs = performance.now();
  #answers = 0;
  #failures = 0;

  /** @param expectedBytes how long the bodies of right answers are; without it every length is right */
  constructor(expectedBytes?: number | readonly number[]) {
    this.#expectedBytes = typeof expectedBytes === 'number' ? [expectedBytes] : expectedBytes;
  }

  /** @param sinceMs when the request was to be sent, as `performance.now()` has it */
  record({ status, bodyBytes }: Answer, sinceMs: number): void {
    const isRight = status === 200 && (this.#expectedBytes?.includes(bodyBytes) ?? true);
    if (!isRight) {
      this.#failures += 1;
      return;
    }
    this.#answers += 1;
    const latencyUs = Math.round((performance.now() - sinceMs) * 1_000);
    this.#latenciesUs.record(Math.min(Math.max(latencyUs, 1), longestLatencyUs));
  }

  fail(count = 1): void {
    this.#failures += count;
  }

  result(): LoadResult {
    const ms = (us: number) => Math.round(us) / 1_000;
    const isEmpty = this.#answers === 0;
    return {
      answers: this.#answers,
      failures: this.#failures,
      elapsedMs: performance.now() - this.#startedAtMs,
      p50Ms: isEmpty ? 0 : ms(this.#latenciesUs.percentile(50)),
      p99Ms: isEmpty ? 0 : ms(this.#latenciesUs.percentile(99)),
      maxMs: isEmpty ? 0 : ms(this.#latenciesUs.max),
    };
  }
}
