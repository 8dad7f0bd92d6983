import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from './clock.ts';
import type { ValueStore } from './value-store.ts';

interface Kept {
  readonly value: Uint8Array;
  readonly expiresAtMs: number;
}

/**
 * A {@link ValueStore} in this process, which forgets what was used least recently beyond `limitBytes`: the embedded default,
 * where one process is all there is.
 */
export function createMemoryValueStore(options: { limitBytes: number; clock?: Clock }): ValueStore {
  const { limitBytes, clock = systemClock } = options;
  const kept = new LRUCache<string, Kept>({
    maxSize: limitBytes,
    sizeCalculation: ({ value }, key) => value.byteLength + key.length + 1,
  });

  function read(key: string): Uint8Array | undefined {
    const found = kept.get(key);
    if (found && found.expiresAtMs > clock.now()) return found.value;
    if (found) kept.delete(key);
    return undefined;
  }

  return {
    getMany: async (keys) => keys.map(read),
    setMany: async (values) => {
      for (const { key, value, ttlMs } of values) kept.set(key, { value, expiresAtMs: clock.now() + ttlMs });
    },
    deleteMany: async (keys) => {
      for (const key of keys) kept.delete(key);
    },
    close: async () => kept.clear(),
  };
}
