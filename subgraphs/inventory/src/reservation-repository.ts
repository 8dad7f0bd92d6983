import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { StockLine } from './stock-repository.ts';

/** What inventory remembers of each order, in the catalog database: whether it holds stock, and which. */
export class ReservationRepository {
  /**
   * Begins the reservation of an order, or says that there will be none.
   *
   * @returns whether the order is new here: false when it was reserved, rejected or cancelled before
   */
  async begin(tx: SqlTransaction, orderId: bigint, state: 'RESERVED' | 'REJECTED'): Promise<boolean> {
    const inserted = await tx.$executeRaw`
      INSERT INTO stock_reservations (order_id, state) VALUES (${orderId}::bigint, ${state}::"ReservationState") ON CONFLICT DO NOTHING`;
    return inserted === 1;
  }

  async addLines(tx: SqlTransaction, orderId: bigint, lines: readonly StockLine[]): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO stock_reservation_lines (order_id, product_id, quantity)
      SELECT ${orderId}::bigint, product_id, quantity
      FROM unnest(${lines.map(({ productId }) => productId)}::bigint[], ${lines.map(({ quantity }) => quantity)}::integer[])
        AS line(product_id, quantity)`;
  }

  async reject(tx: SqlTransaction, orderId: bigint): Promise<void> {
    await tx.$executeRaw`
      UPDATE stock_reservations SET state = 'REJECTED', updated_at = clock_timestamp() WHERE order_id = ${orderId}::bigint`;
  }

  /**
   * Ends the reservation of an order. An order that is not known yet is marked as released too: when it arrives after its
   * cancellation, nothing is reserved for it any more.
   *
   * @returns whether this call ended it: false when it was rejected or released before
   */
  async end(tx: SqlTransaction, orderId: bigint): Promise<boolean> {
    const changed = await tx.$executeRaw`
      INSERT INTO stock_reservations AS reservation (order_id, state) VALUES (${orderId}::bigint, 'RELEASED')
      ON CONFLICT (order_id) DO UPDATE SET state = 'RELEASED', updated_at = clock_timestamp()
      WHERE reservation.state = 'RESERVED'`;
    return changed === 1;
  }

  /** What an order holds or held; nothing for one that never held any. */
  findLines(tx: SqlTransaction, orderId: bigint): PromiseLike<StockLine[]> {
    return tx.$queryRaw<StockLine[]>`
      SELECT product_id AS "productId", quantity FROM stock_reservation_lines WHERE order_id = ${orderId}::bigint`;
  }
}
