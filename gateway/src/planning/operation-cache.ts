import type { CompiledOperation } from '../execution/compiled-operation.ts';

/** Compiled operations, the least recently used of which are dropped when they take too much together. */
export interface OperationCache {
  /** The operation of a key; `compile` is called once for all who ask while it is compiled, and again after a failure. */
  get(key: string, compile: () => Promise<CompiledOperation>): Promise<CompiledOperation>;
  /** An estimate. */
  readonly sizeBytes: number;
}

interface Entry {
  operation: Promise<CompiledOperation>;
  /** 0 until it is compiled. */
  sizeBytes: number;
}

/** Closures, syntax trees and maps take about this much for each character of a plan's JSON; measured on our own supergraph. */
const BYTES_PER_PLAN_CHARACTER = 20;
const LEAST_BYTES = 4_096;

export function createOperationCache(limitBytes: number): OperationCache {
  // The least recently used first: a Map keeps the order of insertion, and a hit is inserted again.
  const entries = new Map<string, Entry>();
  let sizeBytes = 0;

  function drop(key: string, entry: Entry): void {
    if (entries.get(key) !== entry) return;
    entries.delete(key);
    sizeBytes -= entry.sizeBytes;
  }

  async function fill(key: string, entry: Entry): Promise<void> {
    try {
      const { plan } = await entry.operation;
      if (entries.get(key) !== entry) return;
      entry.sizeBytes = LEAST_BYTES + JSON.stringify(plan).length * BYTES_PER_PLAN_CHARACTER;
      sizeBytes += entry.sizeBytes;
    } catch {
      drop(key, entry);
    }
    for (const [oldestKey, oldest] of entries) {
      if (sizeBytes <= limitBytes) return;
      drop(oldestKey, oldest);
    }
  }

  return {
    get(key, compile) {
      const known = entries.get(key);
      if (known) {
        entries.delete(key);
        entries.set(key, known);
        return known.operation;
      }
      const entry: Entry = { operation: compile(), sizeBytes: 0 };
      entries.set(key, entry);
      void fill(key, entry);
      return entry.operation;
    },
    get sizeBytes() {
      return sizeBytes;
    },
  };
}
