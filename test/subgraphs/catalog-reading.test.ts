import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timeOf } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { CatalogScene, productId, type TestProduct, unknownId } from '../kit/catalog-scene.ts';

const listProducts = `query List($filter: ProductFilter, $sort: ProductSort! = NEWEST, $first: Int, $after: String) {
  products(filter: $filter, sort: $sort, first: $first, after: $after) {
    nodes { id title price { minorUnits } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const entities = (selection: string) => `query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) { ${selection} }
}`;

let scene: CatalogScene;
beforeAll(async () => {
  scene = await CatalogScene.start('catalog_reading');
}, 60_000);
afterAll(() => scene?.stop());

const newestFirst = (left: TestProduct, right: TestProduct) => (left.id < right.id ? 1 : -1);

/** Ids of the products on sale that fit, the newest first: what the statements are held against. */
function idsOf(fits: (product: TestProduct) => boolean): string[] {
  const onSale = scene.products.filter((product) => product.status === 'ACTIVE' && fits(product));
  return onSale.sort(newestFirst).map(({ id }) => productId(id));
}

async function listIds(filter: Record<string, unknown>): Promise<string[]> {
  const { data, errors, statements } = await scene.ask(listProducts, { filter, first: 100 });
  expect(errors).toEqual([]);
  expect(statements).toHaveLength(1);
  return data.products.nodes.map(({ id }: { id: string }) => id);
}

describe('products', () => {
  it('are found by words in title and description, in any form of the word', async () => {
    const fits = ({ title, description }: TestProduct) => title.includes('kettle') || description.includes('lifetimes');
    expect(await listIds({ text: 'kettles or lifetime' })).toEqual(idsOf(fits));
    expect(await listIds({ text: 'copper -kettle' })).toEqual([]);
    expect(await listIds({ text: 'the' })).toEqual([]);
  });

  it('are found in a category and in all below it', async () => {
    const { kitchen, pans, light } = scene.categoryIds;
    expect(await listIds({ categoryId: scene.categoryId('home') })).toEqual(
      idsOf((product) => [kitchen, pans, light].includes(product.categoryId)),
    );
    expect(await listIds({ categoryId: scene.categoryId('pans') })).toEqual(
      idsOf((product) => product.categoryId === pans),
    );
  });

  it('are found by merchant and price, all conditions together', async () => {
    const [, second = 0n] = scene.merchantIds;
    const filter = { merchantId: encodeId('user', second), minPriceMinorUnits: 300, maxPriceMinorUnits: 700 };
    expect(await listIds(filter)).toEqual(
      idsOf(({ merchantId, priceMinor }) => merchantId === second && priceMinor >= 300n && priceMinor <= 700n),
    );
    expect(await listIds({ ...filter, categoryId: scene.categoryId('pans'), text: 'thing' })).toEqual(
      idsOf(
        ({ merchantId, priceMinor, categoryId: of, title }) =>
          merchantId === second &&
          priceMinor >= 300n &&
          priceMinor <= 700n &&
          of === scene.categoryIds.pans &&
          title.includes('Thing'),
      ),
    );
  });

  it('take hostile words for words', async () => {
    expect(await listIds({ text: "'; DROP TABLE scene.products; --" })).toEqual([]);
    expect((await listIds({})).length).toBe(idsOf(() => true).length);
  });

  it.each(['NEWEST', 'PRICE_ASC', 'PRICE_DESC'] as const)(
    'come page by page in the order %s, each once',
    async (sort) => {
      const seen: { id: string; price: { minorUnits: number } }[] = [];
      let after: string | null = null;
      do {
        const { data, errors, statements } = await scene.ask(listProducts, { sort, first: 7, after });
        expect(errors).toEqual([]);
        expect(statements).toHaveLength(1);
        const { nodes, pageInfo } = data.products;
        expect(pageInfo.hasPreviousPage).toBe(after !== null);
        seen.push(...nodes);
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);

      const direction = sort === 'PRICE_ASC' ? -1 : 1;
      const expected = scene.products
        .filter(({ status }) => status === 'ACTIVE')
        .sort((left, right) => {
          const byPrice = sort === 'NEWEST' ? 0 : Number(right.priceMinor - left.priceMinor);
          return direction * (byPrice || newestFirst(left, right));
        });
      expect(seen.map(({ id }) => id)).toEqual(expected.map(({ id }) => productId(id)));
    },
  );

  it('refuse a cursor of another order, a damaged one, and a page that is too large', async () => {
    const { data } = await scene.ask(listProducts, { sort: 'NEWEST', first: 1 });
    const cursor: string = data.products.pageInfo.endCursor;
    const codeOf = async (variables: Record<string, unknown>) =>
      (await scene.ask(listProducts, variables)).errors.map(({ extensions }) => extensions.code);
    expect(await codeOf({ sort: 'PRICE_ASC', after: cursor })).toEqual(['INVALID_CURSOR']);
    expect(await codeOf({ sort: 'NEWEST', after: `${cursor}x` })).toEqual(['INVALID_CURSOR']);
    expect(await codeOf({ first: 101 })).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
    expect(await codeOf({ filter: { categoryId: encodeId('user', 1n) } })).toEqual(['INVALID_ID']);
    expect(await codeOf({ filter: { text: 'x'.repeat(201) } })).toEqual(['BAD_USER_INPUT']);
  });
});

describe('entities', () => {
  it('are read together in one statement, unknown ones as null and mistaken ids as their own error', async () => {
    const [first, second] = scene.products;
    const ids = [first?.id ?? 0n, unknownId, second?.id ?? 0n].map(productId);
    const representations = [...ids, encodeId('order', 5n)].map((id) => ({ __typename: 'Product', id }));
    const { data, errors, statements, loaderBatches } = await scene.ask(
      entities('... on Product { id publishedAt merchant { id } }'),
      { representations },
    );
    expect(data._entities).toEqual([
      {
        id: ids[0],
        publishedAt: timeOf(first?.id ?? 0n).toISOString(),
        merchant: { id: encodeId('user', scene.merchantIds[0] ?? 0n) },
      },
      null,
      expect.objectContaining({ id: ids[2] }),
      null,
    ]);
    expect(errors).toMatchObject([{ path: ['_entities', 3], extensions: { code: 'INVALID_ID' } }]);
    expect(loaderBatches).toEqual([{ loader: 'productById', group: 'catalog', keys: 3 }]);
    expect(statements).toHaveLength(1);
  });

  it('give many merchants their newest products in one statement, withdrawn ones included', async () => {
    const representations = scene.merchantIds.map((id) => ({ __typename: 'User', id: encodeId('user', id) }));
    const query = entities(
      '... on User { id products(first: 4) { nodes { id status category { id parent { id } } } pageInfo { hasNextPage endCursor } } }',
    );
    const { data, errors, statements } = await scene.ask(query, { representations });
    expect(errors).toEqual([]);
    for (const [index, user] of data._entities.entries()) {
      const own = scene.products.filter(({ merchantId }) => merchantId === scene.merchantIds[index]).sort(newestFirst);
      expect(user.products.nodes.map(({ id }: { id: string }) => id)).toEqual(
        own.slice(0, 4).map(({ id }) => productId(id)),
      );
      expect(user.products.pageInfo.hasNextPage).toBe(own.length > 4);
    }
    expect(JSON.stringify(data)).toContain('WITHDRAWN');
    // The pages, their categories, the categories above those.
    expect(statements).toHaveLength(3);
  });

  it('page through the products of one merchant', async () => {
    const [merchantId = 0n] = scene.merchantIds;
    const own = scene.products.filter((product) => product.merchantId === merchantId).sort(newestFirst);
    const query = `query More($representations: [_Any!]!, $after: String) {
      _entities(representations: $representations) {
        ... on User { products(first: 8, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }
      }
    }`;
    const representations = [{ __typename: 'User', id: encodeId('user', merchantId) }];
    const first = (await scene.ask(query, { representations })).data._entities[0].products;
    const second = (await scene.ask(query, { representations, after: first.pageInfo.endCursor })).data._entities[0]
      .products;
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(
      own.slice(0, 16).map(({ id }) => productId(id)),
    );
  });
});

describe('categories', () => {
  it('show their tree and a page of products each, level by level in one statement', async () => {
    const category =
      'id slug parent { id } products(sort: PRICE_ASC, first: 3) { nodes { id } pageInfo { hasNextPage } }';
    const { data, errors, statements } = await scene.ask(
      `{ categories { ${category} children { ${category} children { ${category} children { id } } } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.categories.map(({ slug }: { slug: string }) => slug)).toEqual(['home', 'outdoors']);
    const [home, outdoors] = data.categories;
    expect(home.children.map(({ slug }: { slug: string }) => slug)).toEqual(['kitchen', 'light']);
    const [pans] = home.children[0].children;
    expect(pans.parent).toEqual({ id: home.children[0].id });

    const { kitchen, light, pans: pansId, outdoors: outdoorsId } = scene.categoryIds;
    const cheapest = (of: bigint[]) =>
      scene.products
        .filter(({ status, categoryId: id }) => status === 'ACTIVE' && of.includes(id))
        .sort((left, right) => Number(left.priceMinor - right.priceMinor) || newestFirst(right, left))
        .slice(0, 3)
        .map(({ id }) => ({ id: productId(id) }));
    expect(home.products.nodes).toEqual(cheapest([kitchen, light, pansId]));
    expect(outdoors.products.nodes).toEqual(cheapest([outdoorsId]));
    expect(home.children[0].products.nodes).toEqual(cheapest([kitchen, pansId]));
    expect(pans.products.nodes).toEqual(cheapest([pansId]));
    expect(pans.products.pageInfo.hasNextPage).toBe(true);
    // The roots; of each of three levels the children and the scene.products; the parents of two levels, less those that are known.
    const ofProducts = statements.filter(({ text }) => text.includes('FROM products'));
    expect(ofProducts).toHaveLength(3);
    expect(statements.length).toBeLessThanOrEqual(1 + 3 + 3 + 2);
  });

  it('ask once for each set of page arguments', async () => {
    const { statements } = await scene.ask(
      '{ categories { newest: products(first: 2) { nodes { id } } cheapest: products(sort: PRICE_ASC, first: 2) { nodes { id } } } }',
    );
    expect(statements.filter(({ text }) => text.includes('FROM products'))).toHaveLength(2);
  });
});

describe('search', () => {
  const search = `query Search($text: String!, $first: Int) {
    search(text: $text, first: $first) { __typename ... on Category { slug } ... on Product { title } }
  }`;

  it('finds categories first, then products, no more than were asked for', async () => {
    const id = await scene.publish({ title: 'Pan for one', description: 'Of iron.' });
    const { data, errors } = await scene.ask(search, { text: 'pan' });
    expect(errors).toEqual([]);
    expect(data.search).toEqual([
      { __typename: 'Category', slug: 'pans' },
      { __typename: 'Product', title: 'Pan for one' },
    ]);
    expect((await scene.ask(search, { text: 'pan', first: 1 })).data.search).toEqual([
      { __typename: 'Category', slug: 'pans' },
    ]);
    await scene.withdraw(id);
  });

  it('finds nothing without words, and asks nobody', async () => {
    const { data, statements } = await scene.ask(search, { text: '  ' });
    expect(data.search).toEqual([]);
    expect(statements).toEqual([]);
  });
});
