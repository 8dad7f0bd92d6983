import DataLoader, { type CacheMap } from 'dataloader';
import type { AnswerPolicy } from '../answer-policy/answer-policy.ts';
import type { CachedEntity } from './cached-entity.ts';
import { cachedLoad } from './cached-load.ts';
import { groupedLoad, type Load, type ValuesByKey } from './grouped-load.ts';
import type { KeyText } from './key-text.ts';
import { tagsOfAll } from './tags-of-all.ts';

/** What the answer of a request, and what is cached of it, depend on. */
export interface LoaderTags<K, V> {
  /** Of the request that the loader is made for. */
  readonly answerPolicy: Pick<AnswerPolicy, 'addTags'>;
  /** The tags of a key, whether or not it has a value: who changes its row, or what enters its list. */
  readonly ofKey: (key: K) => readonly string[];
  /** The tags of what a value shows beyond that: the rows of a list. */
  readonly ofValue?: (value: V) => readonly string[];
}

export interface BatchLoaderOptions<K, V, M extends V | null = V | null> {
  /** Shown in explain. */
  readonly name: string;
  /** Two keys with the same text are the same key. */
  readonly keyText: (key: K) => KeyText;
  /** What a key is loaded with: the name of its database. Without it all keys are one group, `all`. */
  readonly groupOf?: (key: K) => string;
  /** Loads distinct keys of one group, in one statement, into a map by key text. */
  readonly load: (keys: readonly K[], group: string) => Promise<ValuesByKey<V>>;
  /** The value of a key that `load` did not return: `null`, or an empty list. */
  readonly missing: M;
  /** Keys a `load` call at most; a larger group takes several. Default 1,000. */
  readonly maxBatchSize?: number;
  readonly tags?: LoaderTags<K, V> | undefined;
  /** Where the values of the request are found again; a `Map` unless told. */
  readonly cacheMap?: CacheMap<KeyText, Promise<V | M>>;
  /** Where values are kept beyond the request, under their tags. */
  readonly cached?: CachedEntity<V> | undefined;
}

/**
 * A DataLoader that sends one `load` a group of keys, all groups in parallel, for those keys that no cache has. Make one per
 * request: it remembers its values.
 *
 * The values of all groups are delivered together, even those of a group that answered early: resolvers behind them then run
 * in the same tick, and their own loaders batch over all groups. A group that fails fails only its own keys.
 */
export function createBatchLoader<K, V, M extends V | null = V | null>(
  options: BatchLoaderOptions<K, V, M>,
): DataLoader<K, V | M, KeyText> {
  const { name, keyText, groupOf = () => 'all', maxBatchSize = 1_000, missing, tags, cached, cacheMap } = options;
  if (!Number.isInteger(maxBatchSize) || maxBatchSize < 1) throw new RangeError('maxBatchSize has to be at least 1');
  let load: Load<K, V | M> = groupedLoad({ ...options, groupOf, maxBatchSize });
  if (cached)
    load = cachedLoad({
      entity: cached,
      keyText,
      tagsOf: tags?.ofKey ?? noTags,
      valueTagsOf: tags?.ofValue,
      load,
      missing,
    });
  if (tags) load = tellTags(load, tags, missing);
  return new DataLoader<K, V | M, KeyText>(load, { name, cacheKeyFn: keyText, ...(cacheMap && { cacheMap }) });
}

const noTags = (): readonly string[] => [];

function tellTags<K, V, M>(
  load: Load<K, V | M>,
  { answerPolicy, ofKey, ofValue }: LoaderTags<K, V>,
  missing: M,
): Load<K, V | M> {
  const isValue = (value: V | M | Error): value is V => !(value instanceof Error) && value !== missing;
  return async (keys) => {
    answerPolicy.addTags(tagsOfAll(keys, ofKey));
    const values = await load(keys);
    if (ofValue) answerPolicy.addTags(tagsOfAll(values.filter(isValue), ofValue));
    return values;
  };
}
