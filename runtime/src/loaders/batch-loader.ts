import DataLoader from 'dataloader';
import { recordLoaderBatch } from '../request/request-work.ts';

/** What tells keys apart. Ids do so themselves: to write one out costs more than to find it. */
export type KeyText = string | bigint;

export interface BatchLoaderOptions<K, V, M extends V | null = V | null> {
  /** Shown in explain. */
  readonly name: string;
  /** Two keys with the same text are the same key. */
  readonly keyText: (key: K) => KeyText;
  /** What a key is loaded with: the name of its database. Without it all keys are one group, `all`. */
  readonly groupOf?: (key: K) => string;
  /** Loads distinct keys of one group, in one statement, into a map by key text. */
  readonly load: (keys: readonly K[], group: string) => Promise<ReadonlyMap<KeyText, V>>;
  /** The value of a key that `load` did not return: `null`, or an empty list. */
  readonly missing: M;
  /** Keys a `load` call at most; a larger group takes several. Default 1,000. */
  readonly maxBatchSize?: number;
}

/** Keys that are loaded together, and what came of it. */
interface Batch<K, V> {
  readonly group: string;
  readonly keys: K[];
  outcome: ReadonlyMap<KeyText, V> | Error;
}

const nothing: ReadonlyMap<KeyText, never> = new Map<KeyText, never>();

/**
 * A DataLoader that sends one `load` a group of keys, all groups in parallel. Make one per request: it remembers its values.
 *
 * The values of all groups are delivered together, even those of a group that answered early: resolvers behind them then run
 * in the same tick, and their own loaders batch over all groups. A group that fails fails only its own keys.
 */
export function createBatchLoader<K, V, M extends V | null = V | null>(
  options: BatchLoaderOptions<K, V, M>,
): DataLoader<K, V | M, KeyText> {
  const { name, keyText, load, missing, groupOf = () => 'all', maxBatchSize = 1_000 } = options;
  if (!Number.isInteger(maxBatchSize) || maxBatchSize < 1) throw new RangeError('maxBatchSize has to be at least 1');

  /** @returns all batches, and for each key its own, or why it is in none */
  function split(keys: readonly K[]): { batches: Batch<K, V>[]; places: (Batch<K, V> | Error)[] } {
    const batches: Batch<K, V>[] = [];
    const lastOfGroup = new Map<string, Batch<K, V>>();
    const places = keys.map((key) => {
      try {
        const group = groupOf(key);
        const last = lastOfGroup.get(group);
        if (last && last.keys.length < maxBatchSize) {
          last.keys.push(key);
          return last;
        }
        const batch = { group, keys: [key], outcome: nothing };
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
      batch.outcome = await load(keys, group);
    } catch (error) {
      batch.outcome = asError(error);
    }
  }

  async function loadBatch(keys: readonly K[]): Promise<(V | M | Error)[]> {
    const { batches, places } = split(keys);
    await Promise.all(batches.map(loadInto));
    return keys.map((key, index) => {
      const place = places[index];
      const outcome = place instanceof Error ? place : place?.outcome;
      return outcome instanceof Error ? outcome : (outcome?.get(keyText(key)) ?? missing);
    });
  }

  return new DataLoader<K, V | M, KeyText>(loadBatch, { name, cacheKeyFn: keyText });
}

/** DataLoader fails a key only for an instance of Error. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
