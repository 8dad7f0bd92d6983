import type DataLoader from 'dataloader';
import { createBatchLoader, type KeyText } from './batch-loader.ts';

/**
 * A loader of rows by their ids, one `load` a database; null for an id without a row. Make one per request.
 *
 * @param options.load answers the rows there are, in any order
 */
export function createRowLoader<Row>(options: {
  readonly name: string;
  readonly databaseOf: (id: bigint) => string;
  readonly load: (ids: readonly bigint[], database: string) => Promise<readonly Row[]>;
  readonly idOf: (row: Row) => bigint;
}): DataLoader<bigint, Row | null, KeyText> {
  const { name, databaseOf, load, idOf } = options;
  return createBatchLoader<bigint, Row>({
    name,
    keyText: (id) => id,
    groupOf: databaseOf,
    load: async (ids, database) => {
      const rowById = new Map<KeyText, Row>();
      for (const row of await load(ids, database)) rowById.set(idOf(row), row);
      return rowById;
    },
    missing: null,
  });
}
