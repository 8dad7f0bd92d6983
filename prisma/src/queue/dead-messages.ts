import { eventNamesOf, type QueueClient } from './message-store.ts';

/** A message that was given up. */
export interface DeadMessage {
  queue: string;
  eventName: string;
  eventId: bigint;
  attempts: number;
  /** When the event happened. */
  occurredAt: Date;
  lastError: string | null;
}

/** The messages of one queue, or of all. */
export interface DeadMessageFilter {
  queue?: string | undefined;
}

/** The messages that were given up, queue by queue and the oldest first, up to `limit`; and how many there are in all. */
export async function listDeadMessages(
  client: QueueClient,
  { limit }: { limit: number },
): Promise<{ messages: DeadMessage[]; total: number }> {
  const rows = await client.$primary().$queryRaw<(DeadMessage & { total: number })[]>`
    SELECT queue, name AS "eventName", event_id AS "eventId", attempts, occurred_at AS "occurredAt", last_error AS "lastError",
      count(*) OVER ()::integer AS total
    FROM queue_messages WHERE dead_at IS NOT NULL
    ORDER BY queue, id LIMIT ${limit}::integer`;
  return { messages: rows.map(({ total: _, ...message }) => message), total: rows[0]?.total ?? 0 };
}

/**
 * Lets messages that were given up be tried again, with all their attempts: once what kept them from being handled is mended.
 * They come before later events of their aggregate that still wait.
 * @returns how many of each queue
 * @throws UnknownQueueError
 */
export async function replayDeadMessages(
  client: QueueClient,
  { queue }: DeadMessageFilter = {},
): Promise<ReadonlyMap<string, number>> {
  if (queue !== undefined) await eventNamesOf(client, queue);
  const rows = await client.$primary().$queryRaw<{ queue: string; messages: number }[]>`
    WITH replayed AS (
      UPDATE queue_messages SET dead_at = NULL, attempts = 0, available_at = clock_timestamp()
      WHERE dead_at IS NOT NULL AND (${queue ?? null}::text IS NULL OR queue = ${queue ?? null}::text)
      RETURNING queue)
    SELECT queue, count(*)::integer AS messages FROM replayed GROUP BY queue ORDER BY queue`;
  return new Map(rows.map((row) => [row.queue, row.messages]));
}
