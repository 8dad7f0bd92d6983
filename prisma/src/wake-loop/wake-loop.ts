import { setTimeout as delay } from 'node:timers/promises';

export interface WakeLoopOptions {
  /** One round of work. The signal is aborted by stop(): a long round ends early then. */
  run: (signal: AbortSignal) => Promise<void>;
  /** How long to rest after a round that nobody interrupts. */
  intervalMs: number;
  /** After failures in a row the rest doubles from a tenth of a second up to this. Absent: always `intervalMs`. */
  maxBackoffMs?: number;
  onError: (error: unknown) => void;
}

export interface WakeLoop {
  /** Makes the next round begin now, or right after the one under way. Does not shorten the rest after a failure. */
  wake(): void;
  /** Starts no other round and waits for the one under way. */
  stop(): Promise<void>;
}

const FIRST_BACKOFF_MS = 100;

/** Runs rounds of work one after the other, the first at once, each when it is woken or when the interval has passed. */
export function startWakeLoop({ run, intervalMs, maxBackoffMs = intervalMs, onError }: WakeLoopOptions): WakeLoop {
  const stopping = new AbortController();
  let isWoken = false;
  let failuresInARow = 0;
  let rest = new AbortController();

  const restFor = async (durationMs: number): Promise<void> => {
    if (stopping.signal.aborted) return;
    rest = new AbortController();
    await delay(durationMs, undefined, { signal: rest.signal }).catch(() => undefined);
  };

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      isWoken = false;
      try {
        await run(stopping.signal);
        failuresInARow = 0;
        if (!isWoken) await restFor(intervalMs);
      } catch (error) {
        failuresInARow += 1;
        onError(error);
        await restFor(backoffMs(failuresInARow, FIRST_BACKOFF_MS, maxBackoffMs));
      }
    }
  })();

  return {
    wake() {
      isWoken = true;
      if (failuresInARow === 0) rest.abort();
    },
    async stop() {
      stopping.abort();
      rest.abort();
      await loop;
    },
  };
}

/**
 * Exponential backoff with equal jitter (Marc Brooker, "Exponential Backoff And Jitter"): between half of the doubled time and
 * all of it, so that those who failed together do not come back together.
 */
export function backoffMs(failuresInARow: number, firstMs: number, maxMs: number): number {
  const ceilingMs = Math.min(maxMs, firstMs * 2 ** (failuresInARow - 1));
  return ceilingMs / 2 + (Math.random() * ceilingMs) / 2;
}
