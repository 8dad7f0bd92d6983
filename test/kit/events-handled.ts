import type { DatabasesConfig } from '@tributary/prisma/topology/topology';
import { Client } from 'pg';
import { eventually } from './eventually.ts';

/** What the catalog database says of events, in one snapshot. */
interface QueueState {
  readonly waiting: string;
  /** What was given up. */
  readonly dead: string[];
  /** What failed, and is tried again unless it is dead. */
  readonly failed: string[];
  /** Rises with every event that enters a queue. */
  readonly lastMessage: string;
}

const QUEUE_STATE = `
  SELECT (SELECT count(*) FROM queue_messages WHERE dead_at IS NULL) + (SELECT count(*) FROM outbox) AS waiting,
         ARRAY(SELECT queue || ': ' || name || ': ' || last_error FROM queue_messages WHERE dead_at IS NOT NULL) AS dead,
         ARRAY(SELECT queue || ': ' || name || ': ' || last_error FROM queue_messages WHERE last_error IS NOT NULL) AS failed,
         (SELECT last_value FROM queue_messages_id_seq) AS "lastMessage"`;

const OUTBOX_STATE = 'SELECT count(*) AS waiting FROM outbox';

/**
 * Resolves when no event waits anywhere and none is being handled: all that follows from what was asked before has happened. No
 * one snapshot spans the databases, so the shards are read between two of the catalog's that are equal and show no event.
 *
 * @param underWay how many events are in a broker or being handled, where the queue is not in the catalog
 * @throws Error when an event was given up
 */
export async function untilEventsAreHandled(
  config: DatabasesConfig,
  underWay: () => number = () => 0,
  options: { limitMs?: number } = {},
): Promise<void> {
  const catalog = await connect(config.catalog.primary);
  const shards = await Promise.all(Object.values(config.shards).map(({ primary }) => connect(primary)));
  const readShard = async (shard: Client) => (await shard.query<{ waiting: string }>(OUTBOX_STATE)).rows[0]?.waiting;
  try {
    await eventually(
      async () => {
        const before = await readQueue(catalog);
        const shardOutboxes = await Promise.all(shards.map(readShard));
        return { before, shardOutboxes, inBroker: underWay(), after: await readQueue(catalog) };
      },
      ({ before, shardOutboxes, inBroker, after }) =>
        inBroker === 0 &&
        [before.waiting, ...shardOutboxes, after.waiting].every((count) => count === '0') &&
        before.lastMessage === after.lastMessage,
      options,
    );
  } finally {
    await Promise.all([catalog, ...shards].map((client) => client.end()));
  }
}

async function readQueue(catalog: Client): Promise<QueueState> {
  const [state] = (await catalog.query<QueueState>(QUEUE_STATE)).rows;
  if (!state) throw new Error('the catalog gave no row');
  if (state.dead.length > 0) throw new Error(`events were given up: ${state.dead.join('; ')}`);
  return state;
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
