import { currentSpan, recordLoaderBatch } from '../request/request-work.ts';
import { runInSpan } from '../tracing/run-in-span.ts';
import type { KeyText } from './key-text.ts';

/** What a `load` found. */
export type ValuesByKey<V> = Pick<ReadonlyMap<KeyText, V>, 'get'>;

export interface GroupedLoadOptions<K, V, M> {
  /** Shown in explain. */
  readonly name: string;
  readonly keyText: (key: K) => KeyText;
  readonly groupOf: (key: K) => string;
  readonly load: (keys: readonly K[], group: string) => Promise<ValuesByKey<V>>;
  /** The value of a key that `load` did not return. */
  readonly missing: M;
  /** Keys a `load` call at most; a larger group takes several. */
  readonly maxBatchSize: number;
}

/** Loads distinct keys; answers in their order, with the error of a key that failed. */
export type Load<K, V> = (keys: readonly K[]) => Promise<(V | Error)[]>;

/** Keys that are loaded together, and what came of it. */
interface Batch<K, V> {
  readonly group: string;
  readonly keys: K[];
  outcome: ValuesByKey<V> | Error;
}

const nothing: ValuesByKey<never> = new Map<KeyText, never>();

/** Sends one `load` a group of keys, all groups in parallel. A group that fails fails only its own keys. */
export function groupedLoad<K, V, M>(options: GroupedLoadOptions<K, V, M>): Load<K, V | M> {
  const { name, keyText, groupOf, load, missing, maxBatchSize } = options;

  /** @returns all batches, and for each key its own, or why it is in none */
  function split(keys: readonly K[]): { batches: Batch<K, V>[]; places: (Batch<K, V> | Error)[] } {
    const batches: Batch<K, V>[] = [];
    const lastOfGroup = new Map<string, Batch<K, V>>();
    let previous: Batch<K, V> | undefined;
    const places = keys.map((key) => {
      try {
        const group = groupOf(key);
        // Neighbours are mostly of one group, and all are where there is but one.
        const last = previous?.group === group ? previous : lastOfGroup.get(group);
        if (last && last.keys.length < maxBatchSize) {
          last.keys.push(key);
          previous = last;
          return last;
        }
        const batch = { group, keys: [key], outcome: nothing };
        previous = batch;
        batches.push(batch);
        lastOfGroup.set(group, batch);
        return batch;
      } catch (error) {
        return asError(error);
      }
    });
    return { batches, places };
  }

  async function loadInto(batch: Batch<K, V>): Promise<void> {
    const { group, keys } = batch;
    recordLoaderBatch({ loader: name, group, keys: keys.length });
    try {
      const span = currentSpan()?.child(`load ${name}`, {
        attributes: { 'tributary.loader.group': group, 'tributary.loader.keys': keys.length },
      });
      batch.outcome = await (span ? runInSpan(span, () => load(keys, group)) : load(keys, group));
    } catch (error) {
      batch.outcome = asError(error);
    }
  }

  return async (keys) => {
    const { batches, places } = split(keys);
    await Promise.all(batches.map(loadInto));
    return keys.map((key, index) => {
      const place = places[index];
      const outcome = place instanceof Error ? place : place?.outcome;
      return outcome instanceof Error ? outcome : (outcome?.get(keyText(key)) ?? missing);
    });
  };
}

/** DataLoader fails a key only for an instance of Error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
