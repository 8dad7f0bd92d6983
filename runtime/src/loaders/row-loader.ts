import type DataLoader from 'dataloader';
import { createBatchLoader, type LoaderTags } from './batch-loader.ts';
import type { CachedEntity } from './cached-entity.ts';
import { IdMap } from './id-map.ts';
import type { KeyText } from './key-text.ts';

/**
 * A loader of rows by their ids, one `load` a database; null for an id without a row. Make one per request.
 *
 * @param options.load answers the rows there are, in any order
 * @param options.cached keeps rows beyond the request, and for less time that there is none
 */
export function createRowLoader<Row>(options: {
  readonly name: string;
  readonly databaseOf: (id: bigint) => string;
  readonly load: (ids: readonly bigint[], database: string) => Promise<readonly Row[]>;
  readonly idOf: (row: Row) => bigint;
  readonly tags?: LoaderTags<bigint, Row> | undefined;
  readonly cached?: CachedEntity<Row> | undefined;
}): DataLoader<bigint, Row | null, KeyText> {
  const { name, databaseOf, load, idOf, ...keeping } = options;
  return createBatchLoader<bigint, Row>({
    ...keeping,
    name,
    keyText: (id) => id,
    groupOf: databaseOf,
    load: async (ids, database) => {
      const rowById = new IdMap<Row>();
      for (const row of await load(ids, database)) rowById.set(idOf(row), row);
      return rowById;
    },
    missing: null,
    cacheMap: new IdMap(),
  });
}
