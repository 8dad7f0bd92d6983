import { withinBudget } from '../../cache/within-budget.ts';
import type { Queue, Subscription } from '../queue.ts';
import { BrokerConnection } from './broker-connection.ts';
import { EventPublisher } from './event-publisher.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
import { startSubscription } from './subscription.ts';

export interface RabbitMqQueueOptions {
  /** `amqp://` or `amqps://`, see `brokerAddress`. */
  readonly url: string;
  /** The service, as the broker's own tools show it. */
  readonly name: string;
  /** Told of handlers that fail and of the broker; the queue goes on. */
  readonly onError: (error: Error) => void;
  /** Whether a handler failed for no other reason than that a database or the like is away, which says nothing against the event. */
  readonly isOutage?: (error: unknown) => boolean;
  readonly policy?: Partial<RetryPolicy>;
  /** About how long one process keeps a partition while others wait for it. */
  readonly tenureMs?: number;
  /** How long the broker may take to confirm. */
  readonly confirmLimitMs?: number;
}

/** How long a subscriber waits for the broker before it goes on without: it consumes as soon as the broker is there. */
const SUBSCRIBE_WAIT_MS = 5_000;

/**
 * The queue on RabbitMQ. Each queue is a set of replicated (quorum) queues, one a partition, with one active consumer each; an
 * event goes to the partition of its aggregate. While the broker is away `publish` rejects with `QUEUE_UNAVAILABLE`, so that
 * outboxes keep what they have, and subscriptions resume by themselves.
 *
 * An event that is published twice is delivered twice: consumers have an inbox.
 *
 * @throws TypeError for a URL that is none of a broker
 */
export function createRabbitMqQueue(options: RabbitMqQueueOptions): Queue {
  const { url, name, onError, isOutage = () => false, tenureMs = 60_000, confirmLimitMs = 10_000 } = options;
  const policy = { ...defaultRetryPolicy, ...options.policy };
  // A broker that is low on resources blocks connections that publish; events are still to be handled and acknowledged then.
  const publishing = new BrokerConnection({ url, name: `${name} publisher`, onError });
  const consuming = new BrokerConnection({ url, name: `${name} consumer`, onError });
  const publisher = new EventPublisher({ connection: publishing, confirmLimitMs });
  const subscriptions = new Set<Subscription>();

  return {
    async publish(events) {
      if (events.length > 0) await publisher.publish(events);
    },

    async subscribe(wishes) {
      const running = startSubscription({
        ...wishes,
        connection: consuming,
        publisher,
        policy,
        isOutage,
        tenureMs,
        onError,
      });
      const subscription: Subscription = {
        async stop() {
          subscriptions.delete(subscription);
          await running.stop();
        },
      };
      subscriptions.add(subscription);
      await withinBudget(running.ready, SUBSCRIBE_WAIT_MS).catch((cause: unknown) =>
        onError(new Error(`${wishes.queue} consumes nothing yet, and will as soon as it can`, { cause })),
      );
      return subscription;
    },

    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      await publisher.close();
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}
