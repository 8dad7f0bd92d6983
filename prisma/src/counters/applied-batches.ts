import type { SqlTransaction } from '../transactions/sql-transaction.ts';

/**
 * Records, in the transaction that writes a batch of a counter to the catalog, that it is written. Returns false when it had
 * already been: the writer then has nothing to do. A second writer that comes while the first is under way waits for it.
 *
 * @param id a UUID
 */
export async function recordAppliedBatch(tx: SqlTransaction, id: string): Promise<boolean> {
  const inserted = await tx.$executeRaw`INSERT INTO applied_batches (id) VALUES (${id}::uuid) ON CONFLICT DO NOTHING`;
  return inserted === 1;
}
