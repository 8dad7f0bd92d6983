import { messageOf } from '../errors/thrown-value.ts';
import type { SqlTransaction } from '../transactions/sql-transaction.ts';
import { type EventEnvelope, type EventRow, envelopeOf } from './event-envelope.ts';
import { UnroutableEventError } from './queue.ts';
import { UnknownQueueError } from './unknown-queue-error.ts';

/** The part of the catalog's client that the queue needs. */
export interface QueueClient extends SqlTransaction {
  /** The same for the primary: a queue that looked at a replica would claim nothing. */
  $primary(): SqlTransaction;
}

/** A message that is leased to this process. */
export interface ClaimedMessage {
  id: bigint;
  /**
   * Counts this attempt. It is also the lease: whoever claims the message meanwhile has another number. Only its holder can
   * take it back (see {@link postponeMessage}), so no two hold the same one.
   */
  attempts: number;
  event: EventEnvelope;
}

const MAX_ERROR_LENGTH = 1_000;

/** Remembers that a queue wants the events of these names. */
export async function bindQueue(client: QueueClient, queue: string, eventNames: readonly string[]): Promise<void> {
  await client.$executeRaw`
    INSERT INTO queue_bindings (queue, event_name) SELECT ${queue}, name FROM unnest(${eventNames}::text[]) AS name
    ON CONFLICT DO NOTHING`;
}

/**
 * The events that a queue wants.
 * @throws UnknownQueueError naming those that there are
 */
export async function eventNamesOf(client: QueueClient, queue: string): Promise<string[]> {
  const bindings = await client.$primary().$queryRaw<{ queue: string; name: string }[]>`
    SELECT queue, event_name AS name FROM queue_bindings ORDER BY queue, event_name`;
  const names = bindings.filter((binding) => binding.queue === queue).map(({ name }) => name);
  if (names.length > 0) return names;
  throw new UnknownQueueError(queue, [...new Set(bindings.map((binding) => binding.queue))]);
}

/**
 * Puts each event into every queue that wants it; one that is there already stays as it is.
 * @throws UnroutableEventError when no queue wants one of them.
 */
export async function enqueue(client: QueueClient, events: readonly EventEnvelope[]): Promise<void> {
  const names = [...new Set(events.map((event) => event.name))];
  const bound = await client.$primary().$queryRaw<{ name: string }[]>`
    SELECT DISTINCT event_name AS name FROM queue_bindings WHERE event_name = ANY(${names}::text[])`;
  const unroutable = names.filter((name) => !bound.some((binding) => binding.name === name));
  if (unroutable.length > 0) throw new UnroutableEventError(unroutable);
  await client.$executeRaw`
    INSERT INTO queue_messages (queue, event_id, aggregate_id, name, version, payload, occurred_at, traceparent)
    SELECT binding.queue, event.id, event.aggregate_id, event.name, event.version, event.payload, event.occurred_at,
      event.traceparent
    FROM jsonb_to_recordset(${JSON.stringify(events.map(toRow))}::jsonb) AS event
        (position integer, id bigint, aggregate_id bigint, name text, version integer, payload jsonb, occurred_at timestamptz,
         traceparent text)
      JOIN queue_bindings AS binding ON binding.event_name = event.name
    ORDER BY event.position, binding.queue
    ON CONFLICT (queue, event_id) DO NOTHING`;
}

/** Puts events into one queue; one that is there already stays as it is. Returns how many were not. */
export async function enqueueTo(client: QueueClient, queue: string, events: readonly EventEnvelope[]): Promise<number> {
  return client.$executeRaw`
    INSERT INTO queue_messages (queue, event_id, aggregate_id, name, version, payload, occurred_at, traceparent)
    SELECT ${queue}, event.id, event.aggregate_id, event.name, event.version, event.payload, event.occurred_at,
      event.traceparent
    FROM jsonb_to_recordset(${JSON.stringify(events.map(toRow))}::jsonb) AS event
        (position integer, id bigint, aggregate_id bigint, name text, version integer, payload jsonb, occurred_at timestamptz,
         traceparent text)
    ORDER BY event.position
    ON CONFLICT (queue, event_id) DO NOTHING`;
}

function toRow(event: EventEnvelope, position: number) {
  const { name, version, payload, traceparent } = event;
  return {
    position,
    id: event.id.toString(),
    aggregate_id: event.aggregateId.toString(),
    name,
    version,
    payload,
    occurred_at: event.occurredAt.toISOString(),
    traceparent,
  };
}

/**
 * Leases up to `limit` messages of a queue to the caller, the oldest first. A message waits while an older one about the same
 * aggregate is in the queue, leased or not; one that was given up (dead) is waited for no longer.
 */
export async function claimMessages(
  client: QueueClient,
  { queue, limit, leaseMs }: { queue: string; limit: number; leaseMs: number },
): Promise<ClaimedMessage[]> {
  const rows = await client.$primary().$queryRaw<({ messageId: bigint; attempts: number } & EventRow)[]>`
    UPDATE queue_messages
    SET available_at = clock_timestamp() + ${leaseMs}::integer * interval '1 millisecond', attempts = attempts + 1
    WHERE id = ANY(ARRAY(
      SELECT message.id FROM queue_messages AS message
      WHERE message.queue = ${queue} AND message.dead_at IS NULL AND message.available_at <= clock_timestamp()
        AND NOT EXISTS (
          SELECT FROM queue_messages AS older
          WHERE older.queue = message.queue AND older.aggregate_id = message.aggregate_id
            AND older.id < message.id AND older.dead_at IS NULL)
      ORDER BY message.event_id LIMIT ${limit}::integer
      FOR UPDATE OF message SKIP LOCKED))
    RETURNING id AS "messageId", attempts, event_id AS id, aggregate_id AS "aggregateId", name, version, payload,
      occurred_at AS "occurredAt", traceparent`;
  return rows.map(({ messageId, attempts, ...row }) => ({ id: messageId, attempts, event: envelopeOf(row) }));
}

/** Removes a message that was handled, unless its lease had run out and somebody else has it now. */
export async function settleMessage(client: QueueClient, { id, attempts }: ClaimedMessage): Promise<void> {
  await client.$executeRaw`DELETE FROM queue_messages WHERE id = ${id} AND attempts = ${attempts}::integer`;
}

/** Gives a message back, to be tried again after a delay in milliseconds; `'never'` gives it up and keeps it for a human. */
export async function returnMessage(
  client: QueueClient,
  { id, attempts }: ClaimedMessage,
  { error, retryInMs }: { error: unknown; retryInMs: number | 'never' },
): Promise<void> {
  const lastError = textOf(error);
  if (retryInMs === 'never') {
    await client.$executeRaw`
      UPDATE queue_messages SET dead_at = clock_timestamp(), last_error = ${lastError}
      WHERE id = ${id} AND attempts = ${attempts}::integer`;
  } else {
    await client.$executeRaw`
      UPDATE queue_messages
      SET available_at = clock_timestamp() + ${Math.round(retryInMs)}::integer * interval '1 millisecond', last_error = ${lastError}
      WHERE id = ${id} AND attempts = ${attempts}::integer`;
  }
}

/** Gives a message back as if it had not been claimed, to be tried again after a delay in milliseconds. */
export async function postponeMessage(
  client: QueueClient,
  { id, attempts }: ClaimedMessage,
  { error, retryInMs }: { error: unknown; retryInMs: number },
): Promise<void> {
  await client.$executeRaw`
    UPDATE queue_messages
    SET available_at = clock_timestamp() + ${Math.round(retryInMs)}::integer * interval '1 millisecond',
      attempts = attempts - 1, last_error = ${textOf(error)}
    WHERE id = ${id} AND attempts = ${attempts}::integer`;
}

function textOf(error: unknown): string {
  return messageOf(error).slice(0, MAX_ERROR_LENGTH);
}
