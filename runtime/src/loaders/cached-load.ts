import type { FillMissing } from '../cache/cache.ts';
import { FailedReading } from '../cache/failed-reading.ts';
import { currentSpan, recordCacheRead } from '../request/request-work.ts';
import { runInSpan } from '../tracing/run-in-span.ts';
import type { TraceSpan } from '../tracing/trace-span.ts';
import type { CachedEntity } from './cached-entity.ts';
import { asError, type Load } from './grouped-load.ts';
import type { KeyText } from './key-text.ts';

export interface CachedLoadOptions<K, V, M> {
  readonly entity: CachedEntity<V>;
  readonly keyText: (key: K) => KeyText;
  /** The tags of a key that are known before its value is. */
  readonly tagsOf: (key: K) => readonly string[];
  /** The tags of what else a value shows. */
  readonly valueTagsOf: ((value: V) => readonly string[]) | undefined;
  /** Loads what the cache does not have. */
  readonly load: Load<K, V | M>;
  /** Stands for a key without a value. */
  readonly missing: M;
}

/**
 * Loads through a cache: one look-up for all keys, and one `load` of those that it does not have. A request that has written
 * goes past the cache: it has to see what it wrote, and others must not before it is committed.
 */
export function cachedLoad<K, V, M>(options: CachedLoadOptions<K, V, M>): Load<K, V | M> {
  const { entity, keyText, tagsOf, valueTagsOf, load, missing } = options;
  const { cache, session, rules } = entity;

  return async (keys) => {
    if (session.hasWritten()) {
      recordCacheRead({ cache: entity.entity, keys: keys.length, hits: 0, isBypassed: true });
      return load(keys);
    }
    const cacheKeys = keys.map((key) => entity.keyOf(keyText(key)));
    const wanted = new Map(cacheKeys.map((cacheKey, index) => [cacheKey, keys[index]]));
    const failures = new Map<string, Error>();
    const span = currentSpan()?.child(`cache ${entity.entity}`, {
      attributes: { 'tributary.cache.keys': keys.length },
    });
    let filled = 0;

    const fillMissing: FillMissing<V> = async (missingKeys, { minimumPositions }) => {
      filled += missingKeys.length;
      const outcomes = await session.readAtLeast(minimumPositions, () => load(missingKeys.map(keyNamed)));
      const values = new Map<string, V | FailedReading>();
      for (const [index, cacheKey] of missingKeys.entries()) {
        const outcome = outcomes[index];
        if (outcome instanceof Error) values.set(cacheKey, new FailedReading(outcome));
        else if (rules.isValue(outcome)) values.set(cacheKey, outcome);
        else if (outcome !== missing)
          throw new TypeError(`what was loaded for ${cacheKey} has another shape than is cached`);
      }
      return values;
    };
    const keyNamed = (cacheKey: string): K => {
      const key = wanted.get(cacheKey);
      if (key === undefined) throw new RangeError(`${cacheKey} was not asked for`);
      return key;
    };

    const look = () =>
      cache.getManyOrFill(cacheKeys, fillMissing, {
        ...rules,
        tagsOf: (cacheKey) => tagsOf(keyNamed(cacheKey)),
        ...(valueTagsOf && { describe: (value: V) => ({ tags: valueTagsOf(value) }) }),
        onFailure: (cacheKey, error) => failures.set(cacheKey, asError(error)),
      });
    const values = await (span ? runInSpan(span, () => look().finally(() => tellOutcome(span))) : look());
    recordCacheRead({ cache: entity.entity, keys: keys.length, hits: keys.length - filled, isBypassed: false });
    return cacheKeys.map((cacheKey) => values.get(cacheKey) ?? failures.get(cacheKey) ?? missing);

    function tellOutcome(told: TraceSpan): void {
      told.set({ 'tributary.cache.filled': filled, 'tributary.cache.failed': failures.size });
    }
  };
}
