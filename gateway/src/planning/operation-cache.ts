import { CodedError } from '@tributary/runtime/errors/coded-error';
import { LRUCache } from 'lru-cache';
import type { CompiledOperation } from '../execution/compiled-operation.ts';

/** A compiled operation and how much it takes, estimated. */
export interface SizedOperation {
  readonly operation: CompiledOperation;
  readonly bytes: number;
}

/** Compiled operations, the least recently used of which are dropped when they take too much together. */
export interface OperationCache {
  /**
   * The operation of a key; `compile` is called once for all who ask while it is compiled, and again after a failure. What was
   * refused as too large, which may have taken long, is refused at once for a minute.
   */
  get(key: string, compile: () => Promise<SizedOperation>): CompiledOperation | Promise<CompiledOperation>;
  /** How much all of them take, estimated. */
  readonly bytes: number;
}

const KEPT_REFUSALS = 1_000;
const REFUSAL_MS = 60_000;

/** @param limitBytes how much the operations may take together, estimated */
export function createOperationCache(limitBytes: number): OperationCache {
  const compiling = new Map<string, Promise<CompiledOperation>>();
  const refusals = new LRUCache<string, CodedError>({ max: KEPT_REFUSALS, ttl: REFUSAL_MS });
  const compiled = new LRUCache<string, CompiledOperation>({ maxSize: limitBytes });

  async function fill(key: string, compile: () => Promise<SizedOperation>): Promise<CompiledOperation> {
    try {
      const { operation, bytes } = await compile();
      compiled.set(key, operation, { size: bytes });
      return operation;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'OPERATION_TOO_LARGE') refusals.set(key, error);
      throw error;
    } finally {
      compiling.delete(key);
    }
  }

  return {
    get(key, compile) {
      const known = compiled.get(key) ?? compiling.get(key);
      if (known) return known;
      const refusal = refusals.get(key);
      if (refusal) throw refusal;
      const filling = fill(key, compile);
      compiling.set(key, filling);
      return filling;
    },
    get bytes() {
      return compiled.calculatedSize;
    },
  };
}
