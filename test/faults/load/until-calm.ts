import { setTimeout as delay } from 'node:timers/promises';
import { tookOf } from '../matrix/judge-cell.ts';
import { percentile } from '../matrix/percentile.ts';
import type { Sample } from './sample.ts';
import type { SteadyLoad } from './steady-load.ts';

const CALM_P99_MS = 800;
const LOOK_EVERY_MS = 100;
/** Of what was sent last, some may be under way. */
const UNDER_WAY_SHARE = 0.2;

export interface CalmOptions {
  /** Of the calm. */
  readonly durationMs: number;
  /** Longer than that nobody waits for it. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until all answers of so long a time were whole and soon there, and returns what clients saw in it.
 * @throws Error when that does not come about in time, or the reason of the signal
 */
export async function untilCalm(
  load: SteadyLoad,
  { durationMs, limitMs, signal }: CalmOptions,
): Promise<readonly Sample[]> {
  const deadlineMs = performance.now() + limitMs;
  const enough = ((load.perSecond * durationMs) / 1_000) * (1 - UNDER_WAY_SHARE);
  for (;;) {
    const samples = load.samplesBetween(performance.now() - durationMs, performance.now());
    const missing = samples.flatMap((sample) => sample.missing);
    const p99Ms = percentile(tookOf(samples), 0.99);
    if (samples.length >= enough && missing.length === 0 && p99Ms < CALM_P99_MS) return samples;
    if (performance.now() > deadlineMs) {
      throw new Error(
        `nothing is harmed, and yet answers take ${p99Ms} ms (p99) and lack ${JSON.stringify(missing[0])}`,
      );
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}
