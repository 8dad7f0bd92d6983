import type { TestRabbitMq } from '../queue/rabbitmq-server.ts';
import type { Backlog } from './checker/evidence.ts';

/** Messages in it are the names of queues. */
const REGISTRY = 'tributary.queues';

/** What waits at the broker or was given up there; none where there is no broker. */
export async function brokerBacklogs(broker: TestRabbitMq | undefined): Promise<Backlog[]> {
  const queues = (await broker?.listQueues()) ?? [];
  return queues
    .filter(({ name }) => name !== REGISTRY)
    .map(({ name, messages }) => ({ where: name, events: messages }));
}
