import type { Databases } from '@tributary/prisma/clients/databases';
import { sql } from '@tributary/prisma/sql/sql-fragment';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';

export interface StockRow {
  readonly productId: bigint;
  readonly merchantId: bigint;
  /** Units that can be ordered now. */
  readonly available: number;
  /** Units held by orders under way. */
  readonly reserved: number;
}

/** Some units of one product. */
export interface StockLine {
  readonly productId: bigint;
  readonly quantity: number;
}

const columns = sql`product_id AS "productId", merchant_id AS "merchantId", available, reserved`;

/** The stock of products, in the catalog database. */
export class StockRepository {
  readonly #databases: Pick<Databases, 'catalog'>;

  constructor(databases: Pick<Databases, 'catalog'>) {
    this.#databases = databases;
  }

  findByProductIds(productIds: readonly bigint[]): Promise<StockRow[]> {
    return this.#databases.catalog().$queryRaw<StockRow[]>`
      SELECT ${columns} FROM stock WHERE product_id = ANY(${productIds}::bigint[])`;
  }

  /** Stocks as a transaction sees them, which others may change at any moment. */
  findInTransaction(tx: SqlTransaction, productIds: readonly bigint[]): PromiseLike<StockRow[]> {
    return tx.$queryRaw<StockRow[]>`SELECT ${columns} FROM stock WHERE product_id = ANY(${productIds}::bigint[])`;
  }

  /** Opens the stock of a new product; one that is open stays as it is. */
  async open(tx: SqlTransaction, stock: Pick<StockRow, 'productId' | 'merchantId' | 'available'>): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO stock (product_id, merchant_id, available)
      VALUES (${stock.productId}::bigint, ${stock.merchantId}::bigint, ${stock.available}::integer)
      ON CONFLICT (product_id) DO NOTHING`;
  }

  /**
   * Stocks as they are now, which nobody else changes until the transaction ends. Everybody locks in the order of product ids:
   * two orders with the same products wait for each other instead of blocking each other.
   */
  lock(tx: SqlTransaction, productIds: readonly bigint[]): PromiseLike<StockRow[]> {
    return tx.$queryRaw<StockRow[]>`
      SELECT ${columns} FROM stock WHERE product_id = ANY(${productIds}::bigint[]) ORDER BY product_id FOR UPDATE`;
  }

  /** Adds to what is available, or takes away (negative). */
  async adjust(tx: SqlTransaction, productId: bigint, delta: number): Promise<void> {
    await tx.$executeRaw`
      UPDATE stock SET available = available + ${delta}::integer, updated_at = clock_timestamp()
      WHERE product_id = ${productId}::bigint`;
  }

  /** Moves units from available to reserved. The stocks have been locked. */
  async reserve(tx: SqlTransaction, lines: readonly StockLine[]): Promise<void> {
    await tx.$executeRaw`
      UPDATE stock
      SET available = available - line.quantity, reserved = reserved + line.quantity, updated_at = clock_timestamp()
      FROM unnest(${lines.map(({ productId }) => productId)}::bigint[], ${lines.map(({ quantity }) => quantity)}::integer[])
        AS line(product_id, quantity)
      WHERE stock.product_id = line.product_id`;
  }

  /** Moves units back from reserved to available. The stocks have been locked. */
  async release(tx: SqlTransaction, lines: readonly StockLine[]): Promise<void> {
    await tx.$executeRaw`
      UPDATE stock
      SET available = available + line.quantity, reserved = reserved - line.quantity, updated_at = clock_timestamp()
      FROM unnest(${lines.map(({ productId }) => productId)}::bigint[], ${lines.map(({ quantity }) => quantity)}::integer[])
        AS line(product_id, quantity)
      WHERE stock.product_id = line.product_id`;
  }
}
