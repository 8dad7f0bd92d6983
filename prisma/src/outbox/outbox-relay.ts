import { type ChannelListener, createChannelListener } from '../listen/channel-listener.ts';
import type { EventEnvelope } from '../queue/event-envelope.ts';
import type { TransactionalClient } from '../transactions/sql-transaction.ts';
import { startWakeLoop, type WakeLoop } from '../wake-loop/wake-loop.ts';
import { relayOutboxBatch } from './outbox-batch.ts';

/** The part of `Databases` that a relay needs. */
export interface OutboxDatabases {
  catalog(): TransactionalClient;
  allShards(): { name: string; client: TransactionalClient }[];
  /** URL of the primary of `catalog` or of a shard, to listen on. */
  primaryUrlOf(databaseName: string): string;
}

export interface OutboxRelayOptions {
  databases: OutboxDatabases;
  /** Whose events it publishes: the service itself. */
  producer: string;
  /** Hands over events in order; they count as published when it resolves. It may see an event again after a failure. */
  publish: (events: EventEnvelope[]) => Promise<void>;
  /** Told of every failure, with the database's name in the message; the relay tries again with backoff. */
  onError: (error: Error) => void;
  /** How often it looks without being woken, and how soon it notices a new database. */
  pollIntervalMs?: number;
}

export interface OutboxRelay {
  /** Waits for the batches under way. */
  stop(): Promise<void>;
}

const MAX_BACKOFF_MS = 5_000;

interface DatabaseRelay {
  listener: ChannelListener;
  loop: WakeLoop;
}

/**
 * Publishes a producer's outbox rows from the catalog and every shard, also from shards that join later. Any number of
 * processes may run one: at any moment one of them works on a database, and another takes over when it is gone. An event is
 * published at least once; events of one database are published in the order of their ids.
 */
export function startOutboxRelay({
  databases,
  producer,
  publish,
  onError,
  pollIntervalMs = 1_000,
}: OutboxRelayOptions): OutboxRelay {
  const relays = new Map<string, DatabaseRelay>();

  const startRelay = (database: string, role: 'catalog' | 'shard', client: TransactionalClient): void => {
    const report = (error: unknown) =>
      onError(new Error(`the outbox relay of ${producer} on ${database} failed and will try again`, { cause: error }));
    const loop = startWakeLoop({
      run: async (signal) => {
        while (!signal.aborted && (await relayOutboxBatch({ client, role, producer, publish })));
      },
      intervalMs: pollIntervalMs,
      maxBackoffMs: MAX_BACKOFF_MS,
      onError: report,
    });
    const url = () => databases.primaryUrlOf(database);
    const listener = createChannelListener({ url, channel: 'outbox', onWake: loop.wake, onError: report });
    listener.start();
    relays.set(database, { listener, loop });
  };

  const followDatabases = startWakeLoop({
    run: async () => {
      if (!relays.has('catalog')) startRelay('catalog', 'catalog', databases.catalog());
      for (const { name, client } of databases.allShards()) if (!relays.has(name)) startRelay(name, 'shard', client);
    },
    intervalMs: pollIntervalMs,
    onError: (error) =>
      onError(new Error(`the outbox relay of ${producer} cannot follow the databases`, { cause: error })),
  });

  return {
    async stop() {
      await followDatabases.stop();
      await Promise.all([...relays.values()].flatMap(({ listener, loop }) => [listener.close(), loop.stop()]));
    },
  };
}
