import type { Databases } from '@tributary/prisma/clients/databases';
import { empty, join, type Sql, sql } from '@tributary/prisma/sql/sql-fragment';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { PageArguments } from '@tributary/runtime/pagination/connection';
import type { ProductCondition } from './product-filter.ts';
import { behind, orderBy, type ProductPosition, type ProductSort } from './product-order.ts';

export type ProductStatus = 'ACTIVE' | 'WITHDRAWN';

export interface ProductRow {
  readonly id: bigint;
  readonly merchantId: bigint;
  readonly categoryId: bigint;
  readonly title: string;
  readonly description: string;
  readonly priceMinor: bigint;
  readonly currency: string;
  readonly weightGrams: number;
  readonly status: ProductStatus;
  readonly version: number;
  readonly updatedAt: Date;
}

/** What its seller says about a product. */
export type ProductDetails = Pick<
  ProductRow,
  'categoryId' | 'title' | 'description' | 'priceMinor' | 'currency' | 'weightGrams'
>;

/** A row of a page, and whose page it is. */
export type ProductOf = ProductRow & { readonly parentId: bigint };

export interface ProductPage {
  readonly sort: ProductSort;
  readonly page: PageArguments<ProductPosition>;
}

// Every statement calls the table, or what it selects from it, `product`.
const columns = sql`
  product.id, product.merchant_id AS "merchantId", product.category_id AS "categoryId", product.title, product.description,
  product.price_minor AS "priceMinor", product.currency, product.weight_grams AS "weightGrams", product.status,
  product.version, product.updated_at AS "updatedAt"`;

/**
 * The products, in the catalog. Pages hold one row more than was asked for, if there is one. Those of several parents come
 * parent by parent and in order, because a lateral subquery with a LIMIT cannot be run in another way.
 */
export class ProductRepository {
  readonly #databases: Pick<Databases, 'catalog'>;

  constructor(databases: Pick<Databases, 'catalog'>) {
    this.#databases = databases;
  }

  findByIds(ids: readonly bigint[]): Promise<ProductRow[]> {
    return this.#databases.catalog().$queryRaw<ProductRow[]>`
      SELECT ${columns} FROM products AS product WHERE product.id = ANY(${ids}::bigint[])`;
  }

  /** Those of the ids that products have, by the primary: a product may be looked at before any replica knows it. */
  async findExisting(ids: readonly bigint[]): Promise<bigint[]> {
    const rows = await this.#databases.catalog().$primary().$queryRaw<Pick<ProductRow, 'id'>[]>`
      SELECT id FROM products WHERE id = ANY(${ids}::bigint[])`;
    return rows.map(({ id }) => id);
  }

  /** A page of the products that fulfil all conditions. */
  list(conditions: readonly ProductCondition[], { sort, page }: ProductPage): Promise<ProductRow[]> {
    return this.#databases.catalog().$queryRaw<ProductRow[]>`
      SELECT ${columns} FROM products AS product
      WHERE ${join([...conditions, ...behind(sort, page.after)], ' AND ')}
      ORDER BY ${orderBy(sort)} LIMIT ${page.first + 1}::integer`;
  }

  /**
   * For each category the same page of the products on sale in it and in those below it. Each category of a tree gives the
   * first rows of its own index, so that the cost depends on the page and not on how much a category holds.
   */
  listByCategories(categoryIds: readonly bigint[], { sort, page }: ProductPage): Promise<ProductOf[]> {
    const limit = page.first + 1;
    return this.#databases.catalog().$queryRaw<ProductOf[]>`
      WITH RECURSIVE tree AS (
        SELECT root_id, root_id AS id FROM unnest(${categoryIds}::bigint[]) AS root_id
        UNION
        SELECT tree.root_id, category.id FROM tree JOIN categories AS category ON category.parent_id = tree.id
      )
      SELECT root.id AS "parentId", ${columns}
      FROM unnest(${categoryIds}::bigint[]) AS root(id)
      CROSS JOIN LATERAL (
        SELECT product.* FROM tree CROSS JOIN LATERAL (
          SELECT * FROM products AS product
          WHERE product.category_id = tree.id AND product.status = 'ACTIVE' ${and(behind(sort, page.after))}
          ORDER BY ${orderBy(sort)} LIMIT ${limit}::integer
        ) AS product
        WHERE tree.root_id = root.id
        ORDER BY ${orderBy(sort)} LIMIT ${limit}::integer
      ) AS product`;
  }

  /** For each merchant the same page of their products, the newest first, whatever their status. */
  listByMerchants(merchantIds: readonly bigint[], { first, after }: PageArguments): Promise<ProductOf[]> {
    return this.#databases.catalog().$queryRaw<ProductOf[]>`
      SELECT merchant.id AS "parentId", ${columns}
      FROM unnest(${merchantIds}::bigint[]) AS merchant(id)
      CROSS JOIN LATERAL (
        SELECT * FROM products AS product
        WHERE product.merchant_id = merchant.id ${after === null ? empty : sql`AND product.id < ${after}::bigint`}
        ORDER BY product.id DESC LIMIT ${first + 1}::integer
      ) AS product`;
  }

  async insert(tx: SqlTransaction, product: ProductDetails & Pick<ProductRow, 'id' | 'merchantId'>): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO products (id, merchant_id, category_id, title, description, price_minor, currency, weight_grams)
      VALUES (${product.id}::bigint, ${product.merchantId}::bigint, ${product.categoryId}::bigint, ${product.title},
        ${product.description}, ${product.priceMinor}::bigint, ${product.currency}, ${product.weightGrams}::integer)`;
  }

  /** A product as it is now, which nobody else changes until the transaction ends. */
  async lock(tx: SqlTransaction, id: bigint): Promise<ProductRow | null> {
    const rows = await tx.$queryRaw<ProductRow[]>`
      SELECT ${columns} FROM products AS product WHERE product.id = ${id}::bigint FOR UPDATE`;
    return rows[0] ?? null;
  }

  /**
   * Writes the details and the status of a product that the transaction has locked, under its next version.
   *
   * @returns the product as it is then
   */
  async update(tx: SqlTransaction, product: ProductDetails & Pick<ProductRow, 'id' | 'status'>): Promise<ProductRow> {
    const [updated] = await tx.$queryRaw<ProductRow[]>`
      UPDATE products AS product
      SET category_id = ${product.categoryId}::bigint, title = ${product.title}, description = ${product.description},
        price_minor = ${product.priceMinor}::bigint, currency = ${product.currency},
        weight_grams = ${product.weightGrams}::integer, status = ${product.status}::"ProductStatus",
        version = version + 1, updated_at = clock_timestamp()
      WHERE product.id = ${product.id}::bigint
      RETURNING ${columns}`;
    if (updated === undefined) throw new Error(`product ${product.id} was not locked before its update`);
    return updated;
  }
}

function and(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? empty : sql`AND ${join(conditions, ' AND ')}`;
}
