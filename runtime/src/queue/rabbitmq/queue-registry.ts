import type { Channel, SyncMessage } from 'rabbitmq-client';
import { declareDurableQueue } from './topology.ts';

/** AMQP cannot say which queues there are, so this one holds a message for each: its name. */
const REGISTRY = 'tributary.queues';

/** Notes that a queue exists, for operators. The channel confirms, and returns what is held when the caller closes it. */
export async function registerQueue(channel: Channel, queue: string): Promise<void> {
  await declareDurableQueue(channel, REGISTRY);
  const known = await holdRegistrations(channel);
  if (known.includes(queue)) return;
  await channel.basicPublish({ routingKey: REGISTRY, durable: true, mandatory: true }, queue);
}

/** The names of all queues, sorted. The caller's channel returns what is held when it is closed. */
export async function registeredQueues(channel: Channel): Promise<string[]> {
  await declareDurableQueue(channel, REGISTRY);
  return (await holdRegistrations(channel)).sort();
}

/** Two processes that register a queue at once make two messages: one too many, which is dropped by whoever sees both. */
async function holdRegistrations(channel: Channel): Promise<string[]> {
  const names = new Set<string>();
  for (;;) {
    const message: SyncMessage | undefined = await channel.basicGet({ queue: REGISTRY });
    if (message === undefined) return [...names];
    const name = String(message.body);
    if (names.has(name)) channel.basicAck({ deliveryTag: message.deliveryTag });
    names.add(name);
  }
}
