import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import type { CounterStore } from '@tributary/runtime/counters/counter-store';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { CatalogScene, productId, unknownId } from '../kit/catalog-scene.ts';
import { eventually } from '../kit/eventually.ts';
import { callSubgraph } from '../kit/subgraph-client.ts';
import { viewerOf } from '../kit/test-bed.ts';

const RECORD = 'mutation Record($id: ID!) { recordProductView(input: { productId: $id }) { recorded } }';
const COUNTS = 'query Counts($first: Int!) { products(first: $first) { nodes { id viewCount } } }';
const RECENT = `query Recent($representations: [_Any!]!, $first: Int) {
  _entities(representations: $representations) { ... on User { recentlyViewed(first: $first) { id title } } }
}`;

/** Refuses or fails when a test wants it to. */
let outcome: 'gathers' | 'is full' | 'fails' = 'gathers';
const gathering = createMemoryCounterStore();
const counters: CounterStore = {
  ...gathering,
  async add(changes) {
    if (outcome === 'fails') throw new Error('Redis is away');
    return outcome === 'is full' ? changes.map(() => false) : gathering.add(changes);
  },
};

let scene: CatalogScene;
beforeAll(async () => {
  scene = await CatalogScene.start('product_views', { counters, viewFlushIntervalMs: 20 });
}, 60_000);
afterAll(() => scene?.stop());

const record = (id: bigint, viewer: Viewer | null = null) => scene.ask(RECORD, { id: productId(id) }, viewer);

async function viewsOf(id: bigint): Promise<number> {
  const found = await scene.bed.databases
    .catalog()
    .$primary()
    .productViews.findUnique({ where: { productId: id } });
  return Number(found?.count ?? 0);
}

async function recentOf(viewer: Viewer, asking: Viewer | null = viewer, first = 100) {
  const representations = [{ __typename: 'User', id: viewer.userId }];
  const { data, errors } = await scene.ask(RECENT, { representations, first }, asking);
  const products: { id: string }[] | null = data._entities[0]?.recentlyViewed ?? null;
  return { ids: products?.map(({ id }) => id), codes: errors.map(({ extensions }) => extensions.code) };
}

const newViewer = async (logicalShard: number) => viewerOf(await scene.bed.databases.newId(logicalShard));
const product = (index: number): bigint => scene.products[index]?.id ?? 0n;

describe('a view of a product', () => {
  it('is counted for whoever looks, and asks no database', async () => {
    const before = await viewsOf(product(0));
    const viewers = [null, null, await newViewer(3), scene.merchant];
    for (const viewer of viewers) {
      const { data, errors, statements } = await record(product(0), viewer);
      expect([data, errors, statements]).toEqual([{ recordProductView: { recorded: true } }, [], []]);
    }
    await eventually(
      () => viewsOf(product(0)),
      (count) => count === before + 4,
    );
  });

  it('shows in the counts of a page, which take one statement however many products there are', async () => {
    await record(product(1));
    await eventually(
      () => viewsOf(product(1)),
      (count) => count === 1,
    );
    const { data, statements } = await scene.ask(COUNTS, { first: 100 });
    const counts = new Map(
      data.products.nodes.map((node: { id: string; viewCount: number }) => [node.id, node.viewCount]),
    );
    expect(counts.get(productId(product(1)))).toBe(1);
    expect(counts.get(productId(product(40)))).toBe(0);
    expect(statements.map(({ text }) => /FROM (\w+)/.exec(text)?.[1])).toEqual(['products', 'product_views']);
  });

  it('of a product that does not exist comes to nothing', async () => {
    const viewer = await newViewer(4);
    await record(unknownId, viewer);
    await record(product(2), viewer);
    await eventually(
      () => recentOf(viewer),
      ({ ids }) => ids?.length === 1,
    );
    await eventually(
      () => viewsOf(product(2)),
      (count) => count === 1,
    );
    expect(await viewsOf(unknownId)).toBe(0);
    expect((await recentOf(viewer)).ids).toEqual([productId(product(2))]);
  });

  it('names a product, and nothing else', async () => {
    const { errors } = await scene.ask(RECORD, { id: scene.categoryId('pans') });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['INVALID_ID']);
  });

  it.each(['is full', 'fails'] as const)(
    'is not noted, and is no error, when the store of counters %s',
    async (how) => {
      outcome = how;
      const { data, errors } = await record(product(3), scene.merchant);
      outcome = 'gathers';
      expect([data, errors]).toEqual([{ recordProductView: { recorded: false } }, []]);
    },
  );
});

describe('what a user looked at', () => {
  it('comes latest first, each product once', async () => {
    const viewer = await newViewer(5);
    for (const index of [1, 2, 3, 1]) {
      await record(product(index), viewer);
      await eventually(
        () => recentOf(viewer),
        ({ ids }) => ids?.[0] === productId(product(index)),
      );
    }
    expect(await recentOf(viewer)).toEqual({ ids: [1, 3, 2].map((index) => productId(product(index))), codes: [] });
    expect(await recentOf(viewer, viewer, 2)).toEqual({
      ids: [1, 3].map((index) => productId(product(index))),
      codes: [],
    });
  });

  it('is kept for the last 50 products', async () => {
    const viewer = await newViewer(6);
    for (const { id } of scene.products.slice(0, 55)) await record(id, viewer);
    const newest = productId(product(54));
    const { ids } = await eventually(
      () => recentOf(viewer),
      (recent) => recent.ids?.length === 50 && recent.ids.includes(newest),
    );
    expect(ids).not.toContain(productId(product(0)));
  });

  it('is for the user alone, and nobody is told whether there is anything', async () => {
    const viewer = await newViewer(7);
    await record(product(1), viewer);
    expect(await recentOf(viewer, scene.admin)).toEqual({ ids: undefined, codes: ['FORBIDDEN'] });
    expect(await recentOf(viewer, await newViewer(7))).toEqual({ ids: undefined, codes: ['FORBIDDEN'] });
    expect(await recentOf(viewer, null)).toEqual({ ids: undefined, codes: ['UNAUTHENTICATED'] });
  });

  it('waits for a shard that is being moved, and keeps no other shard waiting', async () => {
    const [moving, other] = [await newViewer(8), await newViewer(1_000)];
    const { databases, test } = scene.bed;
    const shard = databases.shardMap().databaseOf(8);
    expect(databases.shardMap().databaseOf(1_000)).not.toBe(shard);
    await withConnection(test.adminUrlOf(shard), async (mover) => {
      await mover.query('SELECT pg_advisory_lock(7700, $1)', [8]);
      await record(product(1), moving);
      await record(product(1), other);
      await eventually(
        () => recentOf(other),
        ({ ids }) => ids?.length === 1,
      );
      expect((await recentOf(moving)).ids).toEqual([]);
    });
    await eventually(
      () => recentOf(moving),
      ({ ids }) => ids?.length === 1,
    );
  });

  it('lies on the shard of the user', async () => {
    const viewer = await newViewer(9);
    await record(product(1), viewer);
    await eventually(
      () => recentOf(viewer),
      ({ ids }) => ids?.length === 1,
    );
    const { databases } = scene.bed;
    const shards = await Promise.all(
      databases.allShards().map(async ({ name, client }) => {
        const rows = await client.$primary().recentlyViewed.findMany({ select: { userId: true } });
        return rows.map(({ userId }) => ({ name, home: databases.shardMap().databaseOf(logicalShardOf(userId)) }));
      }),
    );
    expect(shards.flat().length).toBeGreaterThan(0);
    for (const { name, home } of shards.flat()) expect(name).toBe(home);
  });
});

it('writes what was gathered when the subgraph stops', async () => {
  const options = { ...scene.bed.options, counters: createMemoryCounterStore(), viewFlushIntervalMs: 600_000 };
  const { url, stop } = await startCatalogSubgraph(options);
  const id = product(57);
  await callSubgraph(url, { subgraph: 'catalog', query: RECORD, variables: { id: productId(id) } });
  expect(await viewsOf(id)).toBe(0);
  await stop();
  expect(await viewsOf(id)).toBe(1);
});
