import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import type { Tracing } from '../tracing/trace-span.ts';
import { tracedQueue } from '../tracing/traced-queue.ts';
import type { Queue } from './queue.ts';
import { createRabbitMqQueue } from './rabbitmq/rabbitmq-queue.ts';

export interface OpenQueueOptions {
  /** Of the broker, from `queueUrl`; undefined where there is none. */
  readonly url: string | undefined;
  /** Makes the queue that needs no broker. */
  readonly embedded: (onError: (error: Error) => void) => Queue;
  /** Whether a handler failed for no other reason than that a database or the like is away. */
  readonly isOutage: (error: unknown) => boolean;
  /** The service. */
  readonly name: string;
  /** Records what becomes of events; nothing is traced unless told. */
  readonly tracing?: Tracing | undefined;
  readonly logger: Logger;
}

/**
 * Opens the queue of a service, on the broker or, with a notice, the embedded one. The service starts whether or not the broker can
 * be reached; failures to reach it, and events that could not be handled, are logged.
 */
export function openQueue({ tracing, ...options }: OpenQueueOptions): Queue {
  const queue = openUntraced(options);
  const system = options.url === undefined ? 'postgresql' : 'rabbitmq';
  return tracing ? tracedQueue(queue, { tracing, system }) : queue;
}

function openUntraced({ url, embedded, isOutage, name, logger }: OpenQueueOptions): Queue {
  const component = 'queue';
  const onError = createFailureLog({ logger, component });
  if (url !== undefined) {
    logger.info({ component }, 'events go through RabbitMQ');
    return createRabbitMqQueue({ url, name, onError, isOutage });
  }
  logger.info({ component }, 'events go through the catalog database: TRIBUTARY_QUEUE_URL names no broker');
  return embedded(onError);
}
