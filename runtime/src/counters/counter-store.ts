/** How two amounts under one key become one. Taking the greater twice is the same as once: such batches may be written again. */
export type Merge = 'sum' | 'max';

/** Something to gather. */
export interface CounterChange {
  /** What is counted: `product-views`. */
  readonly counter: string;
  /** Of what; not empty. */
  readonly key: string;
  /** A whole number within ±(2^53 - 1). */
  readonly amount: number;
  readonly merge: Merge;
}

/** What was gathered and set aside to be written. */
export interface CounterBatch {
  readonly counter: string;
  /** A UUID, made with the first change of the batch: it is the same wherever and however often the batch turns up. */
  readonly id: string;
  /** Amounts by key. Empty when the batch outlived {@link COUNTER_LIFETIME_MS} and is lost. */
  readonly amounts: ReadonlyMap<string, number>;
  /** Whether it was set aside by this very call: there was no older one left to take. */
  readonly isNewest: boolean;
}

/** What bounds a store, for each counter. Two counters that are full by the defaults take 21 MB of Redis. */
export interface CounterLimits {
  /** How many keys a batch has at most; one that is full is set aside at once. Default 5,000. */
  readonly batchKeys?: number;
  /** How many batches may wait; once they do and the next is full too, new keys are refused. Default 20. */
  readonly waitingBatches?: number;
  /** How long a batch belongs to who took it. Longer than a batch takes to be written; default 30,000. */
  readonly claimMs?: number;
}

/**
 * How long a store keeps what nobody fetches, counted from the last change. A record that a batch was written has to be kept
 * longer than that: then no batch, not even one out of a backup of the store, can be written twice.
 */
export const COUNTER_LIFETIME_MS = 6 * 24 * 3_600_000;

/**
 * Gathers amounts that are changed far more often than they are read, until somebody writes them in batches (write-behind).
 *
 * A batch is set aside in one step with all that was gathered, and stays until it is confirmed. It is claimed by who takes it;
 * when the claim runs out, or the batch is returned, anybody may take it. Two may therefore write the same batch at once or one
 * after the other: the writer commits its id with it and writes no id twice.
 */
export interface CounterStore {
  /**
   * Gathers changes in one step.
   *
   * @returns for each change whether it was gathered; not when its key is new and the counter is full
   * @throws when that cannot be known within the time budget: the changes may count or not
   */
  add(changes: readonly CounterChange[]): Promise<boolean[]>;
  /** Claims the batch that has waited the longest, else sets aside what was gathered; undefined when there is nothing. */
  takeBatch(counter: string): Promise<CounterBatch | undefined>;
  /** Forgets a batch that is written, or that nobody can write. */
  confirmBatch(batch: CounterBatch): Promise<void>;
  /** Gives up the claim: the batch may be taken again at once. */
  returnBatch(batch: CounterBatch): Promise<void>;
  close(): Promise<void>;
}

/** @throws RangeError for a change that cannot be gathered */
export function checkChanges(changes: readonly CounterChange[]): void {
  for (const { counter, key, amount } of changes) {
    if (key === '' || !Number.isSafeInteger(amount)) {
      throw new RangeError(`${counter} cannot gather ${amount} under '${key}': it takes whole numbers under a name`);
    }
  }
}

/** The limits with their defaults. */
export function withDefaults({
  batchKeys = 5_000,
  waitingBatches = 20,
  claimMs = 30_000,
}: CounterLimits): Required<CounterLimits> {
  return { batchKeys, waitingBatches, claimMs };
}
