import type { QueueClient } from './message-store.ts';

/** What is in a queue. */
export interface QueueState {
  queue: string;
  /** Messages that are neither handled nor given up. */
  waiting: number;
  /** Messages that were given up. */
  dead: number;
  /** When the event happened that has waited longest; null when none waits. */
  oldestWaiting: Date | null;
}

/** The state of every queue that wants any event, by name. */
export async function queueStats(client: QueueClient): Promise<QueueState[]> {
  return client.$primary().$queryRaw<QueueState[]>`
    SELECT queue,
      count(message.id) FILTER (WHERE dead_at IS NULL)::integer AS waiting,
      count(message.id) FILTER (WHERE dead_at IS NOT NULL)::integer AS dead,
      min(occurred_at) FILTER (WHERE dead_at IS NULL) AS "oldestWaiting"
    FROM (SELECT DISTINCT queue FROM queue_bindings) AS binding LEFT JOIN queue_messages AS message USING (queue)
    GROUP BY queue ORDER BY queue`;
}

/** The part of `Databases` that has outboxes. */
export interface OutboxDatabases {
  catalog(): Pick<QueueClient, '$primary'>;
  allShards(): { name: string; client: Pick<QueueClient, '$primary'> }[];
}

/** What is in the outbox of a database. */
export interface OutboxState {
  database: string;
  /** Events that are not published yet. */
  waiting: number;
  /** When the oldest of them happened; null when none waits. */
  oldestWaiting: Date | null;
}

/**
 * The state of the outbox of every database, the catalog first. Each is an answer of its own, for one that is away says nothing of
 * the others: whoever asks has to see to every one of them.
 */
export function outboxStats(databases: OutboxDatabases): Promise<OutboxState>[] {
  const all = [{ name: 'catalog', client: databases.catalog() }, ...databases.allShards()];
  return all.map(async ({ name, client }) => {
    const [row = { waiting: 0, oldestWaiting: null }] = await client.$primary().$queryRaw<
      Omit<OutboxState, 'database'>[]
    >`
      SELECT count(*)::integer AS waiting, min(occurred_at) AS "oldestWaiting" FROM outbox`;
    return { database: name, ...row };
  });
}
