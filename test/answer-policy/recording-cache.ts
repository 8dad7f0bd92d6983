import type { Cache, FillMissing, InvalidationRequest, ManyOptions, WriteTicket } from '@tributary/runtime/cache/cache';
import { FailedReading } from '@tributary/runtime/cache/failed-reading';

/** A cache that keeps nothing, and remembers which tags it was told to invalidate. */
export interface RecordingCache extends Cache {
  /** The tags invalidated since this was last called. */
  takeInvalidated(): ReadonlySet<string>;
}

const anywhere = { minimumPositions: {} };
const ticket: WriteTicket = { ticket: { key: '', beganAt: [], minimumPositions: {}, lease: undefined } };

/** Whatever is asked of it is filled anew. */
export function createRecordingCache(): RecordingCache {
  let invalidated = new Set<string>();
  const note = ({ tags = [] }: InvalidationRequest) => {
    for (const tag of tags) invalidated.add(tag);
  };
  return {
    getOrFill: (_key, fill) => fill(anywhere),
    getManyOrFill: fillAll,
    getKept: async () => undefined,
    peek: () => undefined,
    invalidate: async (request) => note(request),
    catchUp: async () => undefined,
    beginWrite: async () => ticket,
    write: async (_ticket, _values, request) => note(request),
    close: async () => undefined,
    takeInvalidated() {
      const taken = invalidated;
      invalidated = new Set();
      return taken;
    },
  };
}

async function fillAll<T>(keys: readonly string[], fillMissing: FillMissing<T>, { onFailure }: ManyOptions<T>) {
  const values = new Map<string, T>();
  for (const [key, value] of await fillMissing(keys, anywhere)) {
    if (!(value instanceof FailedReading)) values.set(key, value);
    else if (onFailure) onFailure(key, value.error);
    else throw value.error;
  }
  return values;
}
