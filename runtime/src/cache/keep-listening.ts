import { setTimeout as delay } from 'node:timers/promises';
import type { Subscription } from './coordination.ts';

export interface ListeningAttempt {
  /** Counted from 0. */
  readonly number: number;
  /** Aborted when nobody wants to hear any more. */
  readonly signal: AbortSignal;
  /** Called when messages are heard from now on. */
  onConnected(): void;
}

const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 1_000;

/**
 * Listens for ever: whenever `listen` ends, because a connection was lost or could not be made, it is called again after a while.
 * Resolves when messages are heard, or when the first attempt failed.
 * @param listen resolves or rejects when it hears nothing any more, soon after the signal at the latest
 */
export async function keepListening(listen: (attempt: ListeningAttempt) => Promise<void>): Promise<Subscription> {
  const ending = new AbortController();
  const { signal } = ending;
  const firstAttempt = Promise.withResolvers<void>();

  async function loop(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    for (let number = 0; !signal.aborted; number++) {
      const onConnected = (): void => {
        retryMs = FIRST_RETRY_MS;
        firstAttempt.resolve();
      };
      await listen({ number, signal, onConnected }).catch(() => undefined);
      firstAttempt.resolve();
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(2 * retryMs, SLOWEST_RETRY_MS);
    }
  }

  const listening = loop();
  await firstAttempt.promise;
  return {
    close: async () => {
      ending.abort();
      await listening;
    },
  };
}
