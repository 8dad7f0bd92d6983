import { setTimeout as delay } from 'node:timers/promises';

/** What came during a step has been answered by then, so that no request waits for two of them. */
const REST_MS = 25;

/** Requests do not notice steps that take less together. */
const UNNOTICED_MS = 1;

/** Called between two steps of an update: resolves when those that wait for the thread may have had it, and rejects when all is over. */
export type Rest = () => Promise<void>;

/**
 * Spreads what has to be done for an update in the thread that answers requests, so that none of them waits for long.
 * @param isServing whether there are requests to answer
 * @param stopping ends what rests, or would rest
 * @returns what several may call at once: they go on one after the other
 */
export function createPace(isServing: () => boolean, stopping: AbortSignal): Rest {
  let turn = Promise.resolve();
  let restedAtMs = Number.NEGATIVE_INFINITY;

  async function rest(): Promise<void> {
    stopping.throwIfAborted();
    if (!isServing() || performance.now() - restedAtMs < UNNOTICED_MS) return;
    await delay(REST_MS);
    stopping.throwIfAborted();
    restedAtMs = performance.now();
  }

  return () => {
    turn = turn.then(rest);
    return turn;
  };
}
