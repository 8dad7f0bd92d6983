import { createChannelListener } from '../listen/channel-listener.ts';
import { backoffMs, startWakeLoop } from '../wake-loop/wake-loop.ts';
import { isDatabaseAway } from './database-absence.ts';
import type { EventEnvelope } from './event-envelope.ts';
import { startLeaseRenewal } from './lease-renewal.ts';
import {
  bindQueue,
  type ClaimedMessage,
  claimMessages,
  enqueue,
  postponeMessage,
  type QueueClient,
  returnMessage,
  settleMessage,
} from './message-store.ts';
import type { Queue, Subscription, SubscriptionOptions } from './queue.ts';

/** The part of `Databases` that the queue needs: its tables are in the catalog. */
export interface QueueDatabases {
  catalog(): QueueClient;
  /** URL of the primary of a database, to listen on. */
  primaryUrlOf(databaseName: string): string;
}

export interface PostgresQueueOptions {
  databases: QueueDatabases;
  /** Told of a handler's failure and of a database's; the queue goes on. */
  onError: (error: Error) => void;
  /** How soon the messages of a process that died are given to another one. */
  leaseMs?: number;
  /** How long a handler may take before its message is given to another process, too. */
  handlingLimitMs?: number;
  /**
   * After so many failed attempts a message is given up: it stays in the table with `dead_at` set. An attempt that failed
   * because a database is away does not count.
   */
  maxAttempts?: number;
  /** The rest after a failed attempt doubles from the first of these to the second. */
  firstRetryMs?: number;
  maxRetryMs?: number;
  /** While a database is away, the longest rest of the messages that need it. */
  maxAwayRetryMs?: number;
  /** How often it looks for messages without being woken. */
  pollIntervalMs?: number;
}

const MAX_BACKOFF_MS = 5_000;

/**
 * The embedded queue, in tables of the catalog database: for development and for installations without a broker. Messages are
 * claimed by a lease, which is renewed while they are handled, so those of a process that died come to another one soon.
 */
export function createPostgresQueue({
  databases,
  onError,
  leaseMs = 6_000,
  handlingLimitMs = 30_000,
  maxAttempts = 10,
  firstRetryMs = 1_000,
  maxRetryMs = 60_000,
  maxAwayRetryMs = 5_000,
  pollIntervalMs = 1_000,
}: PostgresQueueOptions): Queue {
  const subscriptions = new Set<Subscription>();

  // As long again as the event is old: that doubles the rest each time, without a count of the failures.
  const restWhileAwayMs = ({ occurredAt }: EventEnvelope): number => {
    const ageMs = Math.max(firstRetryMs, Date.now() - occurredAt.getTime());
    return backoffMs(1, ageMs, maxAwayRetryMs);
  };

  const handleMessage = async (
    { queue, handle }: Pick<SubscriptionOptions, 'queue' | 'handle'>,
    message: ClaimedMessage,
  ): Promise<void> => {
    const { event, attempts } = message;
    try {
      // Only leases that ran out bring a message this far: its handler takes whole processes down, or never ends.
      if (attempts > maxAttempts) throw new Error(`no attempt ended within its lease`);
      await handle(event);
    } catch (error) {
      const report = (outcome: string) =>
        onError(new Error(`${queue} failed to handle ${event.name} ${event.id} ${outcome}`, { cause: error }));
      if (isDatabaseAway(error)) {
        report('while a database is away; it will be tried again');
        await postponeMessage(databases.catalog(), message, { error, retryInMs: restWhileAwayMs(event) });
        return;
      }
      const isLast = attempts >= maxAttempts;
      report(`(attempt ${attempts}); it ${isLast ? 'is given up' : 'will be tried again'}`);
      const retryInMs = isLast ? 'never' : backoffMs(attempts, firstRetryMs, maxRetryMs);
      await returnMessage(databases.catalog(), message, { error, retryInMs });
      return;
    }
    await settleMessage(databases.catalog(), message);
  };

  return {
    async publish(events) {
      if (events.length > 0) await enqueue(databases.catalog(), events);
    },

    async subscribe({ queue, eventNames, handle, concurrency }) {
      const report = (error: unknown) =>
        onError(new Error(`queue ${queue} cannot reach its database and will try again`, { cause: error }));
      let isBound = false;
      const bind = async (): Promise<void> => {
        if (!isBound) await bindQueue(databases.catalog(), queue, eventNames);
        isBound = true;
      };
      await bind().catch((error: unknown) => {
        if (!isDatabaseAway(error)) throw error;
        report(error);
      });
      const underWay = new Set<Promise<void>>();
      const leases = startLeaseRenewal({ client: () => databases.catalog(), leaseMs, handlingLimitMs });

      const loop = startWakeLoop({
        run: async (signal) => {
          await bind();
          while (!signal.aborted && underWay.size < concurrency) {
            const limit = concurrency - underWay.size;
            const messages = await claimMessages(databases.catalog(), { queue, limit, leaseMs });
            if (messages.length === 0) return;
            for (const message of messages) {
              const handling = leases
                .hold(message, () => handleMessage({ queue, handle }, message))
                .catch(report)
                .finally(() => {
                  underWay.delete(handling);
                  loop.wake();
                });
              underWay.add(handling);
            }
          }
        },
        intervalMs: pollIntervalMs,
        maxBackoffMs: MAX_BACKOFF_MS,
        onError: report,
      });
      const listener = createChannelListener({
        url: () => databases.primaryUrlOf('catalog'),
        channel: 'queue',
        onWake: loop.wake,
        onError: report,
      });
      listener.start();

      const subscription: Subscription = {
        async stop() {
          subscriptions.delete(subscription);
          await Promise.all([listener.close(), loop.stop()]);
          await Promise.all(underWay);
          await leases.stop();
        },
      };
      subscriptions.add(subscription);
      return subscription;
    },

    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
    },
  };
}
