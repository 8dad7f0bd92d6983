import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

const POLL_INTERVAL_MS = 20;

/**
 * What `read` gives as soon as it fits: for what another process or an event brings about.
 *
 * @throws Error with what was read last, when it doesn't fit within `limitMs` (default 10,000)
 */
export async function eventually<T>(
  read: () => Promise<T>,
  fits: (value: T) => boolean,
  { limitMs = 10_000 }: { limitMs?: number } = {},
): Promise<T> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    if (performance.now() > deadlineMs) {
      throw new Error(`${fits} did not hold within ${limitMs} ms; it was at last: ${inspect(value, { depth: 8 })}`);
    }
    await delay(POLL_INTERVAL_MS);
  }
}
