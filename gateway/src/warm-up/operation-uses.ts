import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { DocumentNode } from 'graphql';

/**
 * Told of each operation that is to be executed.
 * @param key equal for operations that are planned alike
 * @param viewer `null` for an anonymous one
 */
export type UseObserver = (key: string, document: DocumentNode, viewer: Viewer | null) => void;

/** How often an operation was used. */
export interface OperationUses {
  readonly key: string;
  readonly document: DocumentNode;
  /** One of those who asked for it. */
  readonly viewer: Viewer | null;
  readonly uses: number;
}

/** Further ones are not counted until those are taken. */
const MOST_OPERATIONS = 5_000;

/** Counts uses in this process, at the cost of a look-up for each. */
export class OperationCounter {
  #counts = new Map<string, { -readonly [K in keyof OperationUses]: OperationUses[K] }>();

  readonly count: UseObserver = (key, document, viewer) => {
    const known = this.#counts.get(key);
    if (known) known.uses += 1;
    else if (this.#counts.size < MOST_OPERATIONS) this.#counts.set(key, { key, document, viewer, uses: 1 });
  };

  /** The most used of those that were counted, and begins anew. */
  takeMostUsed(limit: number): OperationUses[] {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    return counts.sort((a, b) => b.uses - a.uses).slice(0, limit);
  }
}
