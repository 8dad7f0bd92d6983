import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createRabbitMqQueue } from '@tributary/runtime/queue/rabbitmq/rabbitmq-queue';

// A consumer in a process of its own, to be killed: it notes in a file what it begins to handle, and ends its process at poison.

const [url = '', queueName = '', eventName = '', file = ''] = process.argv.slice(2);

const queue = createRabbitMqQueue({
  url,
  name: 'consumer',
  onError: () => undefined,
  policy: { maxDeliveries: 6 },
  tenureMs: 200,
});
await queue.subscribe({
  queue: queueName,
  eventNames: [eventName],
  concurrency: 4,
  handle: async ({ aggregateId, payload }) => {
    appendFileSync(file, `${process.pid} ${aggregateId} ${payload['step']}\n`);
    if (payload['isPoison'] === true) process.exit(9);
    await delay(2);
  },
});
console.log('consuming');
