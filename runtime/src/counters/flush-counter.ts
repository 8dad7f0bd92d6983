import type { CounterBatch, CounterStore } from './counter-store.ts';

/** What a flush has done with a batch so far. A writer adds steps of its own between the two. */
export type FlushStep = 'taken' | 'confirmed';

export interface FlushOptions {
  readonly store: CounterStore;
  readonly counter: string;
  /** Writes a batch to where it stays. It may be told of the same batch again, by its id, also at the same time elsewhere. */
  readonly write: (batch: CounterBatch) => Promise<void>;
  /** Told of a batch that nobody wrote for so long that the store has dropped it. */
  readonly onLost: (batch: CounterBatch) => void;
  /** Told of every step, and waited for: where a test ends the process. */
  readonly onStep?: (step: FlushStep) => void | Promise<void>;
  /** Ends it after the batch under way. */
  readonly signal?: AbortSignal;
}

/**
 * Writes what a counter has gathered so far, the oldest batch first: those that others left behind, then those that filled up,
 * then the newest. Any number of processes may do it at once.
 *
 * @throws what `write` or the store throws; the batch under way can then be taken again, at once or when its claim ran out
 */
export async function flushCounter(options: FlushOptions): Promise<void> {
  const { store, counter, signal } = options;
  while (!signal?.aborted) {
    const batch = await store.takeBatch(counter);
    if (batch === undefined) return;
    await flushBatch(options, batch);
    // What came meanwhile is for the next round: under steady traffic there is always something.
    if (batch.isNewest) return;
  }
}

async function flushBatch({ store, write, onLost, onStep }: FlushOptions, batch: CounterBatch): Promise<void> {
  await onStep?.('taken');
  try {
    if (batch.amounts.size === 0) onLost(batch);
    else await write(batch);
  } catch (error) {
    await store.returnBatch(batch).catch(() => undefined);
    throw error;
  }
  await store.confirmBatch(batch);
  await onStep?.('confirmed');
}
