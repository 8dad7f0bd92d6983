import type { SubgraphName } from '../../kit/faults/faulty-services.ts';

/** What a part of an answer cannot do without. */
export type Need = SubgraphName | 'catalog-primary' | 'shard-primary';

/** A piece of an answer that comes or does not come as a whole. */
export interface Part {
  readonly name: string;
  /** Names of fields from `data` on; lists are gone through. */
  readonly path: readonly string[];
  readonly needs: readonly Need[];
}

/** Something that clients ask for again and again. */
export interface Operation {
  readonly name: string;
  readonly query: string;
  /** Absent for anonymous clients. */
  readonly token?: string;
  readonly parts: readonly Part[];
  /** @param index rises with each request of the operation */
  variables(index: number): Record<string, unknown>;
}

/** A part of an operation, as reports name it: `product page: reviews`. */
export function partName(operation: Operation, part: Part): string {
  return `${operation.name}: ${part.name}`;
}
