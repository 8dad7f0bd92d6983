import type { SqlTransaction } from '../transactions/sql-transaction.ts';

export interface InboxRecord {
  /** Name of the consumer: each has handled an event, or not, on its own. */
  consumer: string;
  eventId: bigint;
  /** On a shard: the logical shard whose rows the handler changes, so that the record moves with them. Absent in the catalog. */
  logicalShard?: number;
}

/**
 * Records, in the transaction of the handler's own changes, that a consumer has handled an event.
 * Returns false when it had already been handled: the handler then has nothing to do. A second delivery that arrives while
 * the first is under way waits for it.
 */
export async function recordInInbox(
  tx: SqlTransaction,
  { consumer, eventId, logicalShard }: InboxRecord,
): Promise<boolean> {
  const inserted =
    logicalShard === undefined
      ? await tx.$executeRaw`
          INSERT INTO inbox (consumer, event_id) VALUES (${consumer}, ${eventId}) ON CONFLICT DO NOTHING`
      : await tx.$executeRaw`
          INSERT INTO inbox (consumer, event_id, logical_shard) VALUES (${consumer}, ${eventId}, ${logicalShard}::smallint)
          ON CONFLICT DO NOTHING`;
  return inserted === 1;
}
