import { LRUCache } from 'lru-cache';
import type { WeighedOperation } from './weighed-operation.ts';

/** What executions of one operation have cost so far in a process. */
export interface OperationCostRecord {
  /** Equal for texts that differ in nothing but white space and comments. */
  readonly hash: string;
  /** Its kind, name and root fields; no literal of a client is in it. */
  readonly title: string;
  readonly executions: number;
  /** Sums over all executions. */
  readonly estimated: number;
  readonly actual: number;
  /** The highest estimate. */
  readonly highest: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** How many operations are known; of more, those that were asked last. */
const MOST_OPERATIONS = 1_000;

/** Counts what operations cost, for who looks for the costliest. */
export class OperationCosts {
  readonly #records = new LRUCache<string, Mutable<OperationCostRecord>>({ max: MOST_OPERATIONS });

  add({ hash, title }: Pick<WeighedOperation, 'hash' | 'title'>, estimated: number, actual: number): void {
    let record = this.#records.get(hash);
    if (!record) {
      record = { hash, title, executions: 0, estimated: 0, actual: 0, highest: 0 };
      this.#records.set(hash, record);
    }
    record.executions++;
    record.estimated += estimated;
    record.actual += actual;
    record.highest = Math.max(record.highest, estimated);
  }

  /** The operations that have cost most in all, the costliest first. */
  costliest(limit: number): OperationCostRecord[] {
    return [...this.#records.values()].toSorted((a, b) => b.actual - a.actual).slice(0, limit);
  }
}
