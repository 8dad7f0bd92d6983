import type { JsonObject } from '../queue/event-envelope.ts';
import type { SqlTransaction } from '../transactions/sql-transaction.ts';

export interface OutboxRecord {
  /** The service that publishes the event; its relay takes no other producer's rows. */
  producer: string;
  aggregateId: bigint;
  name: string;
  version: number;
  payload: JsonObject;
  /** Of what the event follows from, as W3C Trace Context has it; consumers go on with that trace. */
  traceparent?: string | undefined;
}

/**
 * Writes an event into the outbox of the transaction's database, so that it is published if and only if the change it tells
 * of is committed. Write the aggregate's own row first: its lock is what keeps two events about one aggregate in order.
 */
export async function writeOutbox(
  tx: SqlTransaction,
  { producer, aggregateId, name, version, payload, traceparent, logicalShard }: OutboxRecord & { logicalShard: number },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO outbox (id, producer, aggregate_id, name, version, payload, traceparent)
    SELECT id, ${producer}, ${aggregateId}::bigint, ${name}, ${version}::integer, ${JSON.stringify(payload)}::jsonb,
      ${traceparent ?? null}
    FROM next_ids(${logicalShard}::integer, 1) AS id`;
}

/** Writes several events of one producer at once; as `writeOutbox` otherwise. Their ids follow each other in their order. */
export async function writeOutboxBatch(
  tx: SqlTransaction,
  {
    producer,
    logicalShard,
    events,
  }: { producer: string; logicalShard: number; events: readonly Omit<OutboxRecord, 'producer'>[] },
): Promise<void> {
  const rows = events.map(({ aggregateId, ...event }, index) => ({
    ...event,
    position: index + 1,
    aggregate_id: aggregateId.toString(),
  }));
  await tx.$executeRaw`
    INSERT INTO outbox (id, producer, aggregate_id, name, version, payload, traceparent)
    SELECT fresh.id, ${producer}, event.aggregate_id, event.name, event.version, event.payload, event.traceparent
    FROM next_ids(${logicalShard}::integer, ${rows.length}::integer) WITH ORDINALITY AS fresh (id, position)
      JOIN jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS event
        (position bigint, aggregate_id bigint, name text, version integer, payload jsonb, traceparent text)
      USING (position)`;
}
