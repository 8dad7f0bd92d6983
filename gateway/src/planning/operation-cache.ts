import { CodedError } from '@tributary/runtime/errors/coded-error';
import { LRUCache } from 'lru-cache';
import type { CompiledOperation } from '../execution/compiled-operation.ts';

/** A compiled operation and how much it takes, estimated. */
export interface SizedOperation {
  readonly operation: CompiledOperation;
  readonly bytes: number;
}

const KEPT_REFUSALS = 1_000;
const REFUSAL_MS = 60_000;

/** Compiled operations, the least recently used of which are dropped when they take too much together. */
export class OperationCache {
  readonly #compiling = new Map<string, Promise<CompiledOperation>>();
  readonly #refusals = new LRUCache<string, CodedError>({ max: KEPT_REFUSALS, ttl: REFUSAL_MS });
  readonly #compiled: LRUCache<string, CompiledOperation>;

  /** @param limitBytes how much the operations may take together, estimated */
  constructor(limitBytes: number) {
    this.#compiled = new LRUCache({ maxSize: limitBytes });
  }

  /** How much all of them take, estimated. */
  get bytes(): number {
    return this.#compiled.calculatedSize;
  }

  /**
   * The operation of a key; `compile` is called once for all who ask while it is compiled, and again after a failure. What was
   * refused as too large, which may have taken long, is refused at once for a minute.
   */
  get(key: string, compile: () => Promise<SizedOperation>): CompiledOperation | Promise<CompiledOperation> {
    const known = this.#compiled.get(key) ?? this.#compiling.get(key);
    if (known) return known;
    const refusal = this.#refusals.get(key);
    if (refusal) throw refusal;
    const filling = this.#fill(key, compile);
    this.#compiling.set(key, filling);
    return filling;
  }

  async #fill(key: string, compile: () => Promise<SizedOperation>): Promise<CompiledOperation> {
    try {
      const { operation, bytes } = await compile();
      this.#compiled.set(key, operation, { size: bytes });
      return operation;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'OPERATION_TOO_LARGE') this.#refusals.set(key, error);
      throw error;
    } finally {
      this.#compiling.delete(key);
    }
  }
}
