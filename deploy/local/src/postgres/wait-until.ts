import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the condition holds. For what only polling can tell: other processes and their files.
 * @returns whether it held within `timeoutMs`
 * @throws what the condition throws, and the signal's reason once it is aborted
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  options: { timeoutMs: number; intervalMs?: number; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await delay(options.intervalMs ?? 20);
  }
}
