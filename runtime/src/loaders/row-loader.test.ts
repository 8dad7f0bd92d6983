import { expect, it } from '@jest/globals';
import { createRowLoader } from './row-loader.ts';

it('loads the rows of each database at once, whatever their order, and null where there is none', async () => {
  const loads: unknown[] = [];
  const loader = createRowLoader({
    name: 'row',
    databaseOf: (id) => (id < 10n ? 'shard_0' : 'shard_1'),
    load: async (ids, database) => {
      loads.push({ database, ids });
      return ids
        .filter((id) => id !== 2n)
        .map((productId) => ({ productId }))
        .reverse();
    },
    idOf: ({ productId }) => productId,
  });
  expect(await loader.loadMany([3n, 12n, 2n, 1n])).toEqual([
    { productId: 3n },
    { productId: 12n },
    null,
    { productId: 1n },
  ]);
  expect(loads).toEqual([
    { database: 'shard_0', ids: [3n, 2n, 1n] },
    { database: 'shard_1', ids: [12n] },
  ]);
});
