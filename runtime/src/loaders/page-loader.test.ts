import { describe, expect, it } from '@jest/globals';
import type { PageArguments } from '../pagination/connection.ts';
import { createPageLoader, pageArgumentsText } from './page-loader.ts';

interface Row {
  readonly parentId: bigint;
  readonly position: number;
}

/** A loader of rows of parents, of whom the even ones are in one database and the odd ones in another. */
function createRowsOfParents() {
  const loads: unknown[] = [];
  const loader = createPageLoader({
    name: 'rowsOfParent',
    databaseOf: (parentId) => (parentId % 2n === 0n ? 'even' : 'odd'),
    pageText: pageArgumentsText,
    load: async (parentIds, { first, after }: PageArguments, database): Promise<Row[]> => {
      loads.push({ database, parentIds, first, after });
      const positions = Array.from({ length: first + 1 }, (_, position) => position);
      return positions.flatMap((position) =>
        parentIds.filter((id) => id !== 9n).map((parentId) => ({ parentId, position })),
      );
    },
    parentIdOf: ({ parentId }) => parentId,
  });
  return { loader, loads };
}

const firstTwo = { first: 2, after: null };

describe('createPageLoader', () => {
  it('loads the same page of all parents of a database at once, and gives each its own rows in order', async () => {
    const { loader, loads } = createRowsOfParents();
    const pages = await loader.loadMany([2n, 4n, 1n].map((parentId) => ({ parentId, page: { ...firstTwo } })));
    expect(pages).toEqual([2n, 4n, 1n].map((parentId) => [0, 1, 2].map((position) => ({ parentId, position }))));
    expect(loads).toEqual([
      { database: 'even', parentIds: [2n, 4n], ...firstTwo },
      { database: 'odd', parentIds: [1n], ...firstTwo },
    ]);
  });

  it('keeps different pages of one parent apart', async () => {
    const { loader, loads } = createRowsOfParents();
    const pages = [firstTwo, { first: 1, after: null }, { first: 2, after: 7n }];
    const rows = await Promise.all(pages.map((page) => loader.load({ parentId: 2n, page })));
    expect(rows.map(({ length }) => length)).toEqual([3, 2, 3]);
    expect(loads).toEqual(pages.map((page) => ({ database: 'even', parentIds: [2n], ...page })));
  });

  it('has no rows for a parent without any', async () => {
    const { loader } = createRowsOfParents();
    expect(await loader.load({ parentId: 9n, page: firstTwo })).toEqual([]);
  });
});
