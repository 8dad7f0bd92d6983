import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { type CatalogOptions, startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { type LoneSubgraph, startLoneSubgraph } from './lone-subgraph.ts';
import { callSubgraph } from './subgraph-client.ts';
import { type TestBed, viewerOf } from './test-bed.ts';

export const publishProduct = `mutation Publish($input: PublishProductInput!) {
  publishProduct(input: $input) {
    product { id title version status weightGrams price { minorUnits currency } category { id } merchant { id } publishedAt }
  }
}`;
export const updateProduct = `mutation Update($input: UpdateProductInput!) {
  updateProduct(input: $input) {
    __typename
    ... on UpdateProductSuccess { product { id title description version status price { minorUnits currency } category { id } } }
    ... on ProductChanged { code message product { id title version } }
  }
}`;

/** A product as it was inserted. */
export interface TestProduct {
  id: bigint;
  merchantId: bigint;
  categoryId: bigint;
  title: string;
  description: string;
  priceMinor: bigint;
  status: 'ACTIVE' | 'WITHDRAWN';
}

/** Parents by name: home > kitchen > pans, home > light; outdoors. */
const tree = { home: null, kitchen: 'home', pans: 'kitchen', light: 'home', outdoors: null } as const;
export type CategoryName = keyof typeof tree;

export const unknownId = composeId({ timeMs: ID_EPOCH_MS, logicalShard: CATALOG_LOGICAL_SHARD, sequence: 1 });
export const productId = (id: bigint) => encodeId('product', id);

/** What is there before anybody publishes anything. */
interface Goods {
  readonly merchantIds: readonly bigint[];
  readonly categoryIds: Readonly<Record<CategoryName, bigint>>;
  readonly products: readonly TestProduct[];
}

/** The subgraph catalog alone, with merchants, categories and products. */
export class CatalogScene {
  readonly bed: TestBed;
  readonly merchantIds: readonly bigint[];
  readonly categoryIds: Readonly<Record<CategoryName, bigint>>;
  readonly products: readonly TestProduct[];
  readonly merchant: Viewer;
  readonly admin: Viewer;
  readonly #subgraph: LoneSubgraph;

  private constructor(subgraph: LoneSubgraph, { merchantIds, categoryIds, products }: Goods) {
    this.bed = subgraph.bed;
    this.merchantIds = merchantIds;
    this.categoryIds = categoryIds;
    this.products = products;
    this.merchant = viewerOf(merchantIds[0] ?? 0n, 'MERCHANT');
    this.admin = viewerOf(merchantIds[4] ?? 0n, 'ADMIN');
    this.#subgraph = subgraph;
  }

  /**
   * @param name names the databases, so that no two test files share any
   * @param options how the subgraph differs from one that is given nothing but databases and a queue
   */
  static async start(name: string, options: Partial<CatalogOptions> = {}): Promise<CatalogScene> {
    const subgraph = await startLoneSubgraph(name, (bed) => startCatalogSubgraph({ ...bed, ...options }));
    try {
      return new CatalogScene(subgraph, await insertGoods(subgraph.bed));
    } catch (error) {
      await subgraph.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#subgraph.stop();
  }

  /** Asks once the replicas have what was written before. */
  async ask(query: string, variables: Record<string, unknown> = {}, viewer: Viewer | null = null) {
    await this.bed.test.waitForReplicas();
    return callSubgraph(this.#subgraph.url, { subgraph: 'catalog', query, variables, viewer });
  }

  categoryId(name: CategoryName): string {
    return encodeId('category', this.categoryIds[name]);
  }

  /** The input of `publishProduct`, with a new key unless told. */
  publishInput(change: Record<string, unknown> = {}) {
    return {
      idempotencyKey: randomUUID(),
      title: 'Lantern',
      description: 'Gives light.',
      price: { minorUnits: 1_999, currency: 'EUR' },
      weightGrams: 800,
      categoryId: this.categoryId('light'),
      initialStock: 5,
      ...change,
    };
  }

  /** Publishes a product and returns its id. */
  async publish(change: Record<string, unknown> = {}, viewer = this.merchant): Promise<string> {
    const { data, errors } = await this.ask(publishProduct, { input: this.publishInput(change) }, viewer);
    expect(errors).toEqual([]);
    return data.publishProduct.product.id;
  }

  async withdraw(id: string): Promise<void> {
    await this.ask(updateProduct, { input: { id, status: 'WITHDRAWN' } }, this.admin);
  }
}

async function insertGoods(bed: TestBed): Promise<Goods> {
  const merchantIds = [...(await bed.databases.newIds(0, 3)), ...(await bed.databases.newIds(1022, 2))];
  const categoryIds = await insertCategories(bed);
  return { merchantIds, categoryIds, products: await insertProducts({ bed, categoryIds, merchantIds }) };
}

async function insertCategories(bed: TestBed): Promise<Record<CategoryName, bigint>> {
  const names = Object.keys(tree) as CategoryName[];
  const ids = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, names.length);
  const idOf = Object.fromEntries(names.map((name, index) => [name, ids[index] ?? 0n])) as Record<CategoryName, bigint>;
  const rows = names.map((name, position) => {
    const parent = tree[name];
    return { id: idOf[name], parentId: parent === null ? null : idOf[parent], slug: name, name, position };
  });
  await bed.databases.catalog().category.createMany({ data: rows });
  return idOf;
}

/** 60 products over three merchants and four categories, with ten prices, so that prices repeat; every tenth is withdrawn. */
async function insertProducts({
  bed,
  categoryIds,
  merchantIds,
}: Pick<CatalogScene, 'bed' | 'categoryIds' | 'merchantIds'>): Promise<TestProduct[]> {
  const { kitchen, pans, light, outdoors } = categoryIds;
  const ids = await bed.databases.newIds(CATALOG_LOGICAL_SHARD, 60);
  const rows = ids.map(
    (id, index): TestProduct => ({
      id,
      merchantId: merchantIds[index % 3] ?? 0n,
      categoryId: [kitchen, pans, light, outdoors][index % 4] ?? 0n,
      title: index % 7 === 0 ? `Copper kettle ${index}` : `Thing ${index}`,
      description: index % 11 === 0 ? 'Lasts for many lifetimes.' : 'Useful.',
      priceMinor: BigInt(((index * 7) % 10) * 100 + 100),
      status: index % 10 === 9 ? 'WITHDRAWN' : 'ACTIVE',
    }),
  );
  await bed.databases.catalog().product.createMany({
    data: rows.map((row) => ({ ...row, currency: 'EUR', weightGrams: 500 })),
  });
  return rows;
}
