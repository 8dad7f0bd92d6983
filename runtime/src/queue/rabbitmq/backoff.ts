import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long to rest after so many failures in a row: exponential with equal jitter (Marc Brooker, "Exponential Backoff And Jitter"),
 * between half of the doubled time and all of it.
 */
export function backoffMs(failuresInARow: number, { firstMs, maxMs }: { firstMs: number; maxMs: number }): number {
  const ceilingMs = Math.min(maxMs, firstMs * 2 ** (failuresInARow - 1));
  return ceilingMs / 2 + (Math.random() * ceilingMs) / 2;
}

/** Resolves after a time, or as soon as the signal is aborted. */
export async function rest(durationMs: number, signal: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { signal }).catch(() => undefined);
}
