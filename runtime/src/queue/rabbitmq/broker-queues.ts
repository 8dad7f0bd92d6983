import type { Channel, SyncMessage } from 'rabbitmq-client';
import type { EventEnvelope } from '../../events/event-envelope.ts';
import { BrokerConnection } from './broker-connection.ts';
import { type DeadMessage, readDeadMessage } from './dead-message.ts';
import { decodeEvent, encodeEvent } from './event-message.ts';
import { EventPublisher } from './event-publisher.ts';
import { partitionOf } from './partition.ts';
import { registeredQueues } from './queue-registry.ts';
import { deadQueueOf, partitionNumbers, partitionQueueOf } from './topology.ts';

/** What is in a queue. */
export interface QueueState {
  readonly queue: string;
  /** Messages that no consumer holds. */
  readonly waiting: number;
  /** Messages that were given up. */
  readonly dead: number;
  /** How many of its parts some process consumes; all or none, but for moments. */
  readonly consumedParts: number;
}

/** No subscriber has ever named the queue. */
export class UnknownQueueError extends Error {
  override readonly name = 'UnknownQueueError';
  readonly code = 'UNKNOWN_QUEUE';
}

const CONNECT_LIMIT_MS = 5_000;
const CONFIRM_LIMIT_MS = 10_000;
/** So many wait for their confirmation at once, sent in their order. */
const PUT_BATCH_SIZE = 100;

/** What an operator does with the queues of a broker. */
export class BrokerQueues {
  readonly #connection: BrokerConnection;
  readonly #publisher: EventPublisher;

  private constructor(connection: BrokerConnection) {
    this.#connection = connection;
    this.#publisher = new EventPublisher({ connection, confirmLimitMs: CONFIRM_LIMIT_MS });
  }

  /**
   * @param url see `brokerAddress`
   * @throws TypeError for a URL that is none of a broker; Error when the broker cannot be reached
   */
  static async open(url: string): Promise<BrokerQueues> {
    const connection = new BrokerConnection({ url, name: 'queue command', onError: () => undefined });
    await connection.whenReady(AbortSignal.timeout(CONNECT_LIMIT_MS));
    if (connection.isReady) return new BrokerQueues(connection);
    await connection.close();
    throw new Error('RabbitMQ cannot be reached', { cause: connection.lastError });
  }

  /** The state of every queue, by name. */
  async stats(): Promise<QueueState[]> {
    const states: QueueState[] = [];
    for (const queue of await this.#queues()) {
      const parts = await this.#connection.withChannel(async (channel) => {
        const counts = [];
        for (const partition of partitionNumbers) {
          counts.push(await channel.queueDeclare({ queue: partitionQueueOf(queue, partition), passive: true }));
        }
        return counts;
      });
      states.push({
        queue,
        waiting: parts.reduce((sum, { messageCount }) => sum + messageCount, 0),
        dead: await this.#connection.withChannel((channel) => countMessages(channel, deadQueueOf(queue))),
        consumedParts: parts.filter(({ consumerCount }) => consumerCount > 0).length,
      });
    }
    return states;
  }

  /** The messages that were given up, queue by queue and those first that were first, up to `limit`; and how many there are in all. */
  async listDead({ limit }: { limit: number }): Promise<{ messages: DeadMessage[]; total: number }> {
    const messages: DeadMessage[] = [];
    let total = 0;
    for (const queue of await this.#queues()) {
      // What is taken to be read goes back with the channel.
      await this.#connection.withChannel(async (channel) => {
        total += await countMessages(channel, deadQueueOf(queue));
        while (messages.length < limit) {
          const message: SyncMessage | undefined = await channel.basicGet({ queue: deadQueueOf(queue) });
          if (message === undefined) return;
          messages.push(readDeadMessage(queue, message));
        }
      });
    }
    return { messages, total };
  }

  /**
   * Lets messages that were given up be tried again, with all their attempts, behind those that wait: once what kept them from
   * being handled is mended. What fails on the way stays given up.
   *
   * @returns how many of each queue that had any
   * @throws UnknownQueueError
   */
  async replayDead({ queue: only }: { queue?: string | undefined } = {}): Promise<ReadonlyMap<string, number>> {
    const known = await this.#queues();
    if (only !== undefined) expectQueue(known, only);
    const replayed = new Map<string, number>();
    for (const queue of known.filter((each) => only === undefined || each === only)) {
      const count = await this.#connection.withChannel((channel) => this.#replayQueue(channel, queue));
      if (count > 0) replayed.set(queue, count);
    }
    return replayed;
  }

  /**
   * Puts events that were published before into one queue, as far as it wants them, behind what waits there.
   *
   * @returns how many
   * @throws UnknownQueueError
   */
  async put(queue: string, events: AsyncIterable<EventEnvelope>): Promise<number> {
    const known = await this.#connection.withChannel(registeredQueues);
    expectQueue([...known.keys()], queue);
    const wanted = new Set(known.get(queue));
    let count = 0;
    let batch: EventEnvelope[] = [];
    const flush = async () => {
      await Promise.all(batch.map((event) => this.#putOne(queue, event)));
      count += batch.length;
      batch = [];
    };
    for await (const event of events) {
      if (wanted.has(event.name)) batch.push(event);
      if (batch.length === PUT_BATCH_SIZE) await flush();
    }
    await flush();
    return count;
  }

  async close(): Promise<void> {
    await this.#publisher.close();
    await this.#connection.close();
  }

  #putOne(queue: string, event: EventEnvelope): Promise<void> {
    const envelope = { messageId: event.id.toString(), type: event.name };
    return this.#publisher.sendTo(
      partitionQueueOf(queue, partitionOf(event.aggregateId)),
      envelope,
      encodeEvent(event),
    );
  }

  async #queues(): Promise<string[]> {
    return [...(await this.#connection.withChannel(registeredQueues)).keys()];
  }

  /** As many as there were in the beginning: those that fail at once come back meanwhile. */
  async #replayQueue(channel: Channel, queue: string): Promise<number> {
    const total = await countMessages(channel, deadQueueOf(queue));
    let replayed = 0;
    for (let taken = 0; taken < total; taken++) {
      const message: SyncMessage | undefined = await channel.basicGet({ queue: deadQueueOf(queue) });
      if (message === undefined) break;
      const event = decodeEvent(message);
      if (event === undefined) continue;
      await this.#putOne(queue, event);
      channel.basicAck({ deliveryTag: message.deliveryTag });
      replayed += 1;
    }
    return replayed;
  }
}

function expectQueue(known: readonly string[], queue: string): void {
  if (known.includes(queue)) return;
  throw new UnknownQueueError(`no queue is called ${queue}: there are ${known.join(', ') || 'none'}`);
}

async function countMessages(channel: Channel, queue: string): Promise<number> {
  const { messageCount } = await channel.queueDeclare({ queue, passive: true });
  return messageCount;
}
