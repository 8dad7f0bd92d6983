import { BrokerQueues, type QueueState } from './broker-queues.ts';

/**
 * The state of every queue of a broker, over a connection of its own, which is closed again.
 * @throws Error when the broker cannot be reached
 */
export async function readBrokerStats(url: string): Promise<QueueState[]> {
  const queues = await BrokerQueues.open(url);
  try {
    return await queues.stats();
  } finally {
    await queues.close();
  }
}
