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

interface Batch<K> {
  readonly group: string;
  readonly keys: K[];
}

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

  async function loadInto(results: Map<KeyText, V | Error>, { group, keys }: Batch<K>): Promise<void> {
    recordLoaderBatch({ loader: name, group, keys: keys.length });
    try {
      for (const [text, value] of await load(keys, group)) results.set(text, value);
    } catch (error) {
      for (const key of keys) results.set(keyText(key), asError(error));
    }
  }

  async function loadBatch(keys: readonly K[]): Promise<(V | M | Error)[]> {
    const results = new Map<KeyText, V | Error>();
    const groups = new Map<string, K[]>();
    for (const key of keys) {
      try {
        const group = groupOf(key);
        const ofGroup = groups.get(group);
        if (ofGroup) ofGroup.push(key);
        else groups.set(group, [key]);
      } catch (error) {
        results.set(keyText(key), asError(error));
      }
    }
    await Promise.all(split(groups, maxBatchSize).map((batch) => loadInto(results, batch)));
    return keys.map((key) => results.get(keyText(key)) ?? missing);
  }

  return new DataLoader<K, V | M, KeyText>(loadBatch, { name, cacheKeyFn: keyText });
}

function split<K>(groups: ReadonlyMap<string, K[]>, maxBatchSize: number): Batch<K>[] {
  const batches: Batch<K>[] = [];
  for (const [group, keys] of groups) {
    for (let start = 0; start < keys.length; start += maxBatchSize) {
      batches.push({ group, keys: keys.slice(start, start + maxBatchSize) });
    }
  }
  return batches;
}

/** DataLoader fails a key only for an instance of Error. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
