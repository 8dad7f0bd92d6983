import type { Channel, SyncMessage } from 'rabbitmq-client';
import { z } from 'zod';
import { declareDurableQueue } from './topology.ts';

/** AMQP cannot say which queues there are and what they want, so this one holds a message for each. */
const REGISTRY = 'tributary.queues';

const registration = z.object({ queue: z.string(), eventNames: z.array(z.string()) });
type Registration = z.output<typeof registration>;

/** Notes that a queue exists and what it wants, for operators. The channel confirms, and returns what is held when the caller closes it. */
export async function registerQueue(channel: Channel, queue: string, eventNames: readonly string[]): Promise<void> {
  await declareDurableQueue(channel, REGISTRY);
  const wishes: Registration = { queue, eventNames: [...eventNames].sort() };
  const known = await holdRegistrations(channel);
  if (JSON.stringify(known.get(queue)?.eventNames) === JSON.stringify(wishes.eventNames)) return;
  await channel.basicPublish({ routingKey: REGISTRY, durable: true, mandatory: true }, wishes);
}

/** What every queue wants, by its name in order. The caller's channel returns what is held when it is closed. */
export async function registeredQueues(channel: Channel): Promise<ReadonlyMap<string, readonly string[]>> {
  await declareDurableQueue(channel, REGISTRY);
  const registrations = [...(await holdRegistrations(channel)).values()];
  const sorted = registrations.sort((one, other) => (one.queue < other.queue ? -1 : 1));
  return new Map(sorted.map(({ queue, eventNames }) => [queue, eventNames]));
}

/** The newest message of a queue counts: those before it are dropped by whoever sees both. */
async function holdRegistrations(channel: Channel): Promise<Map<string, Registration & { deliveryTag: number }>> {
  const held = new Map<string, Registration & { deliveryTag: number }>();
  for (;;) {
    const message: SyncMessage | undefined = await channel.basicGet({ queue: REGISTRY });
    if (message === undefined) return held;
    const { queue, eventNames } = registrationOf(message);
    const older = held.get(queue);
    if (older) channel.basicAck({ deliveryTag: older.deliveryTag });
    held.set(queue, { queue, eventNames, deliveryTag: message.deliveryTag });
  }
}

/** A queue that registered when its name was all that was noted says what it wants when it is subscribed to again. */
function registrationOf({ body }: SyncMessage): Registration {
  const parsed = registration.safeParse(body);
  return parsed.success ? parsed.data : { queue: String(body), eventNames: [] };
}
