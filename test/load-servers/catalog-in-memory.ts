import { readFileSync } from 'node:fs';
import type { Databases } from '@tributary/prisma/clients/databases';
import { decodeId } from '@tributary/prisma/ids/typed-id';
import { CategoryRepository } from '@tributary/subgraph-catalog/category-repository';
import type { CatalogRepositories } from '@tributary/subgraph-catalog/loaders';
import { ProductRepository, type ProductRow, type ProductStatus } from '@tributary/subgraph-catalog/product-repository';
import { ProductViewsRepository } from '@tributary/subgraph-catalog/product-views-repository';
import { RecentlyViewedRepository } from '@tributary/subgraph-catalog/recently-viewed-repository';

/** A product as the catalog answers it, with the ids of what it belongs to. */
interface ProductInFile {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly price: { readonly minorUnits: number; readonly currency: string };
  readonly weightGrams: number;
  readonly status: ProductStatus;
  readonly merchantId: string;
  readonly categoryId: string;
}

const refuse = (): never => {
  throw new Error('the database is left out');
};

/** For what has to be given some, and asks nothing of them. */
export const noDatabases: Databases = {
  catalog: refuse,
  shardOf: refuse,
  shardOfLogical: refuse,
  databaseNameOf: refuse,
  shardNamed: refuse,
  allShards: refuse,
  randomLogicalShard: refuse,
  newId: refuse,
  newIds: refuse,
  shardMap: refuse,
  refreshShardMap: refuse,
  withShardRetry: refuse,
  positionOf: refuse,
  primaryUrlOf: refuse,
  health: refuse,
  servers: refuse,
  close: refuse,
};

/** The catalog's repositories with the products of a file, which are found by their ids only. */
export function readRepositories(file: string): CatalogRepositories {
  const inFile: readonly ProductInFile[] = JSON.parse(readFileSync(file, 'utf8'));
  return {
    products: new ProductsInMemory(inFile.map(toRow)),
    categories: new CategoryRepository(noDatabases),
    productViews: new ProductViewsRepository(noDatabases),
    recentlyViewed: new RecentlyViewedRepository(noDatabases),
  };
}

class ProductsInMemory extends ProductRepository {
  readonly #rows: ReadonlyMap<bigint, ProductRow>;

  constructor(rows: readonly ProductRow[]) {
    super(noDatabases);
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  /** New objects each time, as a database driver returns them. */
  override async findByIds(ids: readonly bigint[]): Promise<ProductRow[]> {
    return ids.flatMap((id) => {
      const row = this.#rows.get(id);
      return row ? [{ ...row }] : [];
    });
  }
}

function toRow({ id, merchantId, categoryId, price, ...rest }: ProductInFile): ProductRow {
  return {
    ...rest,
    id: decodeId('product', id),
    merchantId: decodeId('user', merchantId),
    categoryId: decodeId('category', categoryId),
    priceMinor: BigInt(price.minorUnits),
    currency: price.currency,
    version: 1,
    updatedAt: new Date(),
  };
}
