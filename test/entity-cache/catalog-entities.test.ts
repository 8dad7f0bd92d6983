import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { productId, publishProduct, unknownId, updateProduct } from '../kit/catalog-scene.ts';
import { eventually } from '../kit/eventually.ts';
import type { SubgraphAnswer } from '../kit/subgraph-client.ts';
import { type Instance, TwoCatalogs } from './two-catalogs.ts';

const READ = `query Read($ids: [_Any!]!) { _entities(representations: $ids) { ... on Product { id title version } } }`;
const CATEGORY_PAGE = `query Page($id: ID!) { category(id: $id) { name products(sort: NEWEST, first: 50) { nodes { id title } } } }`;
const FIRST_PAGE = `query List($filter: ProductFilter) { products(filter: $filter, sort: PRICE_ASC, first: 100) { nodes { id } } }`;
const TREE = '{ categories { id name children { id name } } }';
const INSTANCES = ['left', 'right'] as const;

let catalogs: TwoCatalogs;

beforeAll(async () => {
  catalogs = await TwoCatalogs.start('entity_cache');
}, 60_000);
afterAll(() => catalogs?.stop());

async function ask(instance: Instance, query: string, variables: Record<string, unknown> = {}) {
  const answer = await catalogs.ask(instance, query, variables);
  expect(answer.errors).toEqual([]);
  return answer;
}

const representationsOf = (ids: readonly string[]) => ({ ids: ids.map((id) => ({ __typename: 'Product', id })) });
const readProducts = (instance: Instance, ids: readonly string[]) => ask(instance, READ, representationsOf(ids));
const titlesIn = ({ data }: SubgraphAnswer): (string | null)[] =>
  data._entities.map((product: { title: string } | null) => product?.title ?? null);
/** How many statements and keys an answer took. */
const workOf = ({ statements, loaderBatches }: SubgraphAnswer) => ({
  statements: statements.length,
  keys: loaderBatches.map(({ keys }) => keys),
});
const NO_WORK = { statements: 0, keys: [] };

async function publish(change: Record<string, unknown> = {}): Promise<string> {
  const { scene } = catalogs;
  const { data, errors } = await catalogs.ask(
    'left',
    publishProduct,
    { input: scene.publishInput(change) },
    scene.merchant,
  );
  expect(errors).toEqual([]);
  return data.publishProduct.product.id;
}

async function change(instance: Instance, input: Record<string, unknown>): Promise<void> {
  const { data } = await catalogs.ask(instance, updateProduct, { input }, catalogs.scene.admin);
  expect(data.updateProduct.__typename).toBe('UpdateProductSuccess');
}

describe('products', () => {
  let ids: string[];
  beforeEach(async () => {
    ids = [await publish({ title: 'One' }), await publish({ title: 'Two' }), await publish({ title: 'Three' })];
  });

  it('are read in one statement by whoever is first, and by nobody after that, in any process', async () => {
    const cold = await readProducts('left', ids);
    expect(titlesIn(cold)).toEqual(['One', 'Two', 'Three']);
    expect(workOf(cold)).toEqual({ statements: 1, keys: [3] });
    for (const instance of INSTANCES) {
      const warm = await readProducts(instance, ids);
      expect(titlesIn(warm)).toEqual(['One', 'Two', 'Three']);
      expect(workOf(warm)).toEqual(NO_WORK);
    }
  });

  it('are read only where they are missing', async () => {
    await readProducts('left', ids.slice(0, 2));
    const partial = await readProducts('right', ids);
    expect(titlesIn(partial)).toEqual(['One', 'Two', 'Three']);
    expect(workOf(partial)).toEqual({ statements: 1, keys: [1] });
  });

  it('are there for everybody as they are after a change, without a statement, and no other is read again', async () => {
    for (const instance of INSTANCES) await readProducts(instance, ids);
    const [first = ''] = ids;
    await change('left', { id: first, title: 'New', price: { minorUnits: 5, currency: 'EUR' } });
    const written = await readProducts('left', ids);
    expect(titlesIn(written)).toEqual(['New', 'Two', 'Three']);
    expect(workOf(written)).toEqual(NO_WORK);
    const told = await eventually(
      () => readProducts('right', ids),
      (answer) => titlesIn(answer)[0] === 'New',
      { limitMs: 500 },
    );
    expect(titlesIn(told)).toEqual(['New', 'Two', 'Three']);
    expect(workOf(told)).toEqual(NO_WORK);
  });

  it('that are not there are remembered as such', async () => {
    const unknown = productId(unknownId);
    expect(titlesIn(await readProducts('left', [unknown]))).toEqual([null]);
    for (const instance of INSTANCES) {
      const again = await readProducts(instance, [unknown]);
      expect(titlesIn(again)).toEqual([null]);
      expect(workOf(again)).toEqual(NO_WORK);
    }
  });

  it('are kept out of the cache by a request that writes', async () => {
    const [first = ''] = ids;
    const refused = await catalogs.ask(
      'left',
      updateProduct,
      { input: { id: first, title: 'X', expectedVersion: 9 } },
      catalogs.scene.admin,
    );
    expect(refused.data.updateProduct).toMatchObject({ code: 'PRODUCT_CHANGED', product: { title: 'One' } });
    expect(workOf(await readProducts('left', [first]))).toEqual({ statements: 1, keys: [1] });
  });
});

describe('lists of products', () => {
  const idsOnPage = ({ data }: SubgraphAnswer): string[] =>
    data.category.products.nodes.map(({ id }: { id: string }) => id);
  const readPage = (instance: Instance, name: 'home' | 'light' | 'outdoors' | 'pans') =>
    ask(instance, CATEGORY_PAGE, { id: catalogs.scene.categoryId(name) });

  it('stay while the words of their products change, and only that product was read again', async () => {
    const id = await publish({ title: 'Lamp' });
    for (const instance of INSTANCES) await readPage(instance, 'light');
    await change('left', { id, description: 'Shines.' });
    const page = await readPage('left', 'light');
    expect(idsOnPage(page)).toContain(id);
    expect(workOf(page)).toEqual(NO_WORK);
  });

  it('show a product that enters them at once, in its category and in all above it, and no other list is read again', async () => {
    for (const name of ['home', 'light', 'outdoors'] as const) await readPage('left', name);
    const id = await publish({ title: 'Torch' });
    for (const name of ['home', 'light'] as const) {
      const page = await readPage('left', name);
      expect(idsOnPage(page)[0]).toBe(id);
      expect(page.statements.length).toBeGreaterThan(0);
    }
    expect(workOf(await readPage('left', 'outdoors'))).toEqual(NO_WORK);
  });

  it('lose a product that is withdrawn or goes to another category, on both processes', async () => {
    const [gone, moved] = [await publish({ title: 'Gone' }), await publish({ title: 'Moved' })];
    for (const instance of INSTANCES)
      expect(idsOnPage(await readPage(instance, 'light'))).toEqual(expect.arrayContaining([gone, moved]));
    await change('left', { id: gone, status: 'WITHDRAWN' });
    await change('right', { id: moved, categoryId: catalogs.scene.categoryId('pans') });
    for (const instance of INSTANCES) {
      await eventually(
        async () => idsOnPage(await readPage(instance, 'light')),
        (page) => !page.includes(gone) && !page.includes(moved),
        { limitMs: 500 },
      );
      expect(idsOnPage(await readPage(instance, 'pans'))).toContain(moved);
      expect(idsOnPage(await readPage(instance, 'home'))).toContain(moved);
    }
  });

  it('over all products keep their first page, filter by filter, until a product moves in them', async () => {
    const filter = { text: 'lighthouse' };
    const idsListed = ({ data }: SubgraphAnswer): string[] => data.products.nodes.map(({ id }: { id: string }) => id);
    const [cheap, dear] = [
      await publish({ title: 'Small lighthouse', price: { minorUnits: 100, currency: 'EUR' } }),
      await publish({ title: 'Large lighthouse', price: { minorUnits: 900, currency: 'EUR' } }),
    ];
    expect(idsListed(await ask('left', FIRST_PAGE, { filter }))).toEqual([cheap, dear]);
    const warm = await ask('right', FIRST_PAGE, { filter });
    expect(idsListed(warm)).toEqual([cheap, dear]);
    expect(workOf(warm)).toEqual(NO_WORK);
    expect(
      idsListed(await ask('left', FIRST_PAGE, { filter: { text: 'lighthouses', minPriceMinorUnits: 500 } })),
    ).toEqual([dear]);

    await change('left', { id: cheap, price: { minorUnits: 1_000, currency: 'EUR' } });
    expect(idsListed(await ask('left', FIRST_PAGE, { filter }))).toEqual([dear, cheap]);
  });
});

describe('categories', () => {
  const namesIn = ({ data }: SubgraphAnswer): string[] =>
    data.categories.flatMap((root: { name: string; children: { name: string }[] }) => [
      root.name,
      ...root.children.map(({ name }) => name),
    ]);

  it('are read once, and again when an operator says that one was renamed', async () => {
    const cold = await ask('left', TREE);
    expect(namesIn(cold)).toEqual(['home', 'kitchen', 'light', 'outdoors']);
    expect(cold.statements).toHaveLength(2);
    expect(workOf(await ask('right', TREE))).toEqual(NO_WORK);

    const { scene } = catalogs;
    const id = scene.categoryIds.kitchen;
    await scene.bed.databases.catalog().category.update({ where: { id }, data: { name: 'cooking' } });
    const positions = { catalog: await scene.bed.databases.positionOf('catalog') };
    await catalogs.caches.right.invalidate({ tags: [`category:${scene.categoryId('kitchen')}`], positions });
    for (const instance of INSTANCES) {
      await eventually(
        async () => namesIn(await ask(instance, TREE)),
        (names) => names.join() === 'home,cooking,light,outdoors',
        { limitMs: 500 },
      );
    }
  });
});
