import type { AsyncMessage } from 'rabbitmq-client';
import type { SubscribeOptions, Subscription } from '../queue.ts';
import { type AttemptOutcome, attemptEvent } from './attempt-event.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { deadEnvelope } from './dead-message.ts';
import { decodeEvent } from './event-message.ts';
import type { EventPublisher } from './event-publisher.ts';
import { startPartitionConsumer, type Turn } from './partition-consumer.ts';
import { registerQueue } from './queue-registry.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { Slots } from './slots.ts';
import { deadQueueOf, declareQueue, partitionNumbers, partitionQueueOf } from './topology.ts';

export interface SubscriptionOptions extends SubscribeOptions {
  readonly connection: BrokerConnection;
  /** What dead messages are published with. */
  readonly publisher: EventPublisher;
  readonly policy: RetryPolicy;
  readonly isOutage: (error: unknown) => boolean;
  readonly tenureMs: number;
  readonly onError: (error: Error) => void;
}

/** Consumes all partitions of a queue; those that other processes have are taken over when these are gone or yield. */
export function startSubscription(options: SubscriptionOptions): Subscription & { readonly ready: Promise<void> } {
  const { queue, eventNames, handle, concurrency, connection, publisher, policy, isOutage, tenureMs, onError } =
    options;
  const slots = new Slots(concurrency);
  let declared: Promise<void> | undefined;
  // A process that goes down leaves one more delivery on everything it held, and what it went down at comes first again. So each
  // process gives up one such message at most and tries the others: the guilty one is soon found, and few besides.
  let hasBlamed = false;

  async function declareAll(): Promise<void> {
    await connection.withChannel((channel) => declareQueue(channel, queue, eventNames));
    await connection.withChannel(async (channel) => {
      await channel.confirmSelect();
      await registerQueue(channel, queue, eventNames);
    });
  }

  /** Once for all partitions; again after a failure, which a queue that somebody deleted may be the reason of. */
  function declare(): Promise<void> {
    declared ??= declareAll().catch((error: unknown) => {
      declared = undefined;
      throw error;
    });
    return declared;
  }

  async function tryToHandle(message: AsyncMessage, turn: Turn): Promise<AttemptOutcome> {
    const deliveries = Number(message.headers?.['x-delivery-count'] ?? 0);
    const event = decodeEvent(message);
    if (event === undefined)
      return { kind: 'given up', attempts: 0, reason: 'it is no event that a publisher has sent' };
    if (deliveries >= policy.maxDeliveries && !hasBlamed) {
      hasBlamed = true;
      const reason = `it was delivered ${deliveries} times, and nobody told how that ended`;
      onError(new Error(`${queue} gives ${event.name} ${event.id} up: ${reason}`));
      return { kind: 'given up', attempts: deliveries, reason };
    }
    return attemptEvent(event, { queue, handle, slots, policy, isOutage, onError, ...turn });
  }

  async function settle(message: AsyncMessage, turn: Turn): Promise<boolean> {
    const outcome = await tryToHandle(message, turn);
    if (outcome.kind === 'given up') {
      await publisher.sendTo(deadQueueOf(queue), deadEnvelope(message, outcome), message.body);
    }
    return outcome.kind !== 'interrupted';
  }

  const consumers = partitionNumbers.map((partition) =>
    startPartitionConsumer({
      connection,
      queue,
      partitionQueue: partitionQueueOf(queue, partition),
      declare,
      settle,
      tenureMs,
      onError: (error) => {
        declared = undefined;
        onError(error);
      },
    }),
  );
  return {
    ready: Promise.all(consumers.map(({ ready }) => ready)).then(() => undefined),
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
    },
  };
}
