import { logicalShardOf } from '../ids/id.ts';
import type { SqlTransaction } from '../transactions/sql-transaction.ts';
import { type OutboxRecord, writeOutbox } from './outbox.ts';

/** Writes events of one producer, each into the outbox of the database that its aggregate is in. */
export function outboxWriterOf(
  producer: string,
): (tx: SqlTransaction, event: Omit<OutboxRecord, 'producer'>) => Promise<void> {
  return (tx, event) => writeOutbox(tx, { ...event, producer, logicalShard: logicalShardOf(event.aggregateId) });
}
