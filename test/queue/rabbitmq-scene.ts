import { isDatabaseAway } from '@tributary/prisma/queue/database-absence';
import type { Queue } from '@tributary/runtime/queue/queue';
import { createRabbitMqQueue, type RabbitMqQueueOptions } from '@tributary/runtime/queue/rabbitmq/rabbitmq-queue';

/** A queue that tries failed events again after some milliseconds, three times in all, and keeps what it reports. */
export function createTestQueue(
  url: string,
  { errors = [], ...options }: { errors?: Error[] } & Partial<RabbitMqQueueOptions> = {},
): Queue {
  return createRabbitMqQueue({
    url,
    name: 'test',
    onError: (error) => errors.push(error),
    isOutage: isDatabaseAway,
    policy: { maxAttempts: 3, firstRetryMs: 1, maxRetryMs: 5, maxAwayRetryMs: 5 },
    confirmLimitMs: 5_000,
    ...options,
  });
}
