import type { Databases } from '@tributary/prisma/clients/databases';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';

/** How often a product was looked at. */
export interface ProductViewsRow {
  readonly productId: bigint;
  readonly count: bigint;
}

/** How often products were looked at, in the catalog. */
export class ProductViewsRepository {
  readonly #databases: Pick<Databases, 'catalog'>;

  constructor(databases: Pick<Databases, 'catalog'>) {
    this.#databases = databases;
  }

  /** Those of the products that anybody looked at. */
  findByProducts(productIds: readonly bigint[]): Promise<ProductViewsRow[]> {
    return this.#databases.catalog().$queryRaw<ProductViewsRow[]>`
      SELECT product_id AS "productId", count FROM product_views WHERE product_id = ANY(${productIds}::bigint[])`;
  }

  /**
   * Adds to the views of those of the products that exist. Always in one order, so that two batches never wait for each other.
   * The ids are there twice because the planner takes the index for a list, and may read all products for a join.
   */
  async add(tx: SqlTransaction, views: readonly ProductViewsRow[]): Promise<void> {
    const ids = views.map(({ productId }) => productId);
    await tx.$executeRaw`
      INSERT INTO product_views AS views (product_id, count)
      SELECT added.product_id, added.count
      FROM unnest(${ids}::bigint[], ${views.map(({ count }) => count)}::bigint[])
        AS added (product_id, count)
      JOIN products ON products.id = added.product_id
      WHERE products.id = ANY(${ids}::bigint[])
      ORDER BY added.product_id
      ON CONFLICT (product_id) DO UPDATE SET count = views.count + excluded.count`;
  }
}
