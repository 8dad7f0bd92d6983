import { afterAll, beforeAll } from '@jest/globals';
import { BrokerQueues } from '@tributary/runtime/queue/rabbitmq/broker-queues';
import { describeQueue } from '../kit/queue-contract.ts';
import { createTestQueue } from './rabbitmq-scene.ts';
import { RABBITMQ_START_LIMIT_MS, startTestRabbitMq, type TestRabbitMq } from './rabbitmq-server.ts';

let broker: TestRabbitMq;
let queues: BrokerQueues;

beforeAll(async () => {
  broker = await startTestRabbitMq();
  queues = await BrokerQueues.open(broker.url);
}, RABBITMQ_START_LIMIT_MS);

afterAll(async () => {
  await queues.close();
  await broker.close();
});

describeQueue('RabbitMQ', async () => ({
  createQueue: () => createTestQueue(broker.url),
  deadEventIds: async (queue) => {
    const { messages } = await queues.listDead({ limit: 1_000 });
    return messages.flatMap((message) => (message.queue === queue && message.eventId ? [message.eventId] : []));
  },
  countWaiting: async (queue) => (await queues.stats()).find((state) => state.queue === queue)?.waiting ?? 0,
}));
