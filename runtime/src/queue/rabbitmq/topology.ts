import type { Channel } from 'rabbitmq-client';
import { PARTITION_COUNT } from './partition.ts';

// What there is on the broker: an exchange for each event, to which every queue that wants it binds each of its partitions under the
// partition's number; beside the partitions of a queue, the queue of its dead messages.

export const partitionNumbers: readonly number[] = Array.from({ length: PARTITION_COUNT }, (_, index) => index);

export const exchangeOf = (eventName: string): string => `tributary.event.${eventName}`;

export const partitionQueueOf = (queue: string, partition: number): string => `tributary.queue.${queue}.${partition}`;

export const deadQueueOf = (queue: string): string => `tributary.queue.${queue}.dead`;

/** Declares a queue that survives the loss of nodes, unless it exists. */
export async function declareDurableQueue(
  channel: Channel,
  queue: string,
  rules: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await channel.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum', ...rules } });
}

/** Makes a queue and binds it to events, as far as that was not done before: it collects them from then on. */
export async function declareQueue(channel: Channel, queue: string, eventNames: readonly string[]): Promise<void> {
  await declareDurableQueue(channel, deadQueueOf(queue));
  for (const partition of partitionNumbers) {
    await declareDurableQueue(channel, partitionQueueOf(queue, partition), { 'x-single-active-consumer': true });
  }
  for (const exchange of eventNames.map(exchangeOf)) {
    await channel.exchangeDeclare({ exchange, type: 'direct', durable: true });
    for (const partition of partitionNumbers) {
      await channel.queueBind({ exchange, routingKey: String(partition), queue: partitionQueueOf(queue, partition) });
    }
  }
}
