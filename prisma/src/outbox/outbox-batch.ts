import { type EventEnvelope, type EventRow, envelopeOf } from '../queue/event-envelope.ts';
import type { SqlTransaction, TransactionalClient } from '../transactions/sql-transaction.ts';

/** Class of the advisory locks that let one relay a producer work on a database at a time. */
const RELAY_LOCK_CLASS = 7702;
const BATCH_SIZE = 100;
/** How long a batch may take, publishing included, before its transaction is rolled back. */
const BATCH_TIMEOUT_MS = 30_000;
const CONNECTION_WAIT_MS = 5_000;

export interface OutboxBatch {
  client: TransactionalClient;
  /** A shard holds only what the guards allow to be deleted; the catalog has no guards. */
  role: 'catalog' | 'shard';
  producer: string;
  publish: (events: EventEnvelope[]) => Promise<void>;
}

/**
 * Publishes the oldest events of one producer in one database, in id order, and moves them from the outbox to the past events. The rows are
 * deleted before the events are published and in the same transaction: what may not be deleted (a logical shard that has
 * just moved away) is then never published from here, and when publishing fails the rows are back.
 * Returns whether more may be waiting.
 */
export async function relayOutboxBatch({ client, role, producer, publish }: OutboxBatch): Promise<boolean> {
  return client.$transaction(
    async (tx) => {
      if (!(await tryToBecomeTheRelay(tx, producer))) return false;
      const rows = role === 'shard' ? await takeFromShard(tx, producer) : await takeFromCatalog(tx, producer);
      const events = rows.map(envelopeOf);
      if (events.length === 0) return false;
      await publish(events.sort((left, right) => (left.id < right.id ? -1 : 1)));
      return events.length === BATCH_SIZE;
    },
    { maxWait: CONNECTION_WAIT_MS, timeout: BATCH_TIMEOUT_MS },
  );
}

/** The lock belongs to the transaction, so no crash and no pooled connection can keep it. */
async function tryToBecomeTheRelay(tx: SqlTransaction, producer: string): Promise<boolean> {
  const [lock] = await tx.$queryRaw<{ isHeld: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(${RELAY_LOCK_CLASS}::integer, hashtext(${producer})) AS "isHeld"`;
  return lock?.isHeld === true;
}

/**
 * SKIP LOCKED: a row that somebody else holds (an operator, a clean-up) is left for the next batch instead of waited for.
 * ARRAY: a subquery inside IN may run once a row, and LIMIT would then bound nothing.
 * What is taken goes to the past events in the same statement: there consumers can be given it again.
 */
async function takeFromCatalog(tx: SqlTransaction, producer: string): Promise<EventRow[]> {
  return tx.$queryRaw<EventRow[]>`
    WITH taken AS (
      DELETE FROM outbox WHERE id = ANY(ARRAY(
        SELECT id FROM outbox WHERE producer = ${producer} ORDER BY id LIMIT ${BATCH_SIZE}::integer FOR UPDATE SKIP LOCKED
      ))
      RETURNING *
    ), kept AS (
      INSERT INTO past_events (id, producer, aggregate_id, name, version, payload, occurred_at)
      SELECT id, producer, aggregate_id, name, version, payload, occurred_at FROM taken
    )
    SELECT id, aggregate_id AS "aggregateId", name, version, payload, occurred_at AS "occurredAt", traceparent
    FROM taken`;
}

/**
 * As above, without the rows that a move of their logical shard holds: those being copied away (their lock is taken) and those
 * that this database does not own yet or any more.
 */
async function takeFromShard(tx: SqlTransaction, producer: string): Promise<EventRow[]> {
  return tx.$queryRaw<EventRow[]>`
    WITH taken AS (
      DELETE FROM outbox WHERE id = ANY(ARRAY(
        SELECT id FROM outbox
        WHERE producer = ${producer}
          AND EXISTS (SELECT FROM shard_ownership WHERE logical_shard = logical_shard_of(outbox.id))
          AND pg_try_advisory_xact_lock_shared(7700, logical_shard_of(outbox.id))
        ORDER BY id LIMIT ${BATCH_SIZE}::integer FOR UPDATE SKIP LOCKED
      ))
      RETURNING *
    ), kept AS (
      INSERT INTO past_events (id, producer, aggregate_id, name, version, payload, occurred_at)
      SELECT id, producer, aggregate_id, name, version, payload, occurred_at FROM taken
    )
    SELECT id, aggregate_id AS "aggregateId", name, version, payload, occurred_at AS "occurredAt", traceparent
    FROM taken`;
}
