import type { Envelope, MessageBody, Publisher, ReturnedMessage } from 'rabbitmq-client';
import { withinBudget } from '../../cache/within-budget.ts';
import type { EventEnvelope } from '../../events/event-envelope.ts';
import { QueueUnavailableError } from '../queue-unavailable-error.ts';
import { UnroutableEventError } from '../unroutable-event-error.ts';
import { type BrokerConnection, closesInTime } from './broker-connection.ts';
import { encodeEvent, traceHeaders } from './event-message.ts';
import { partitionOf } from './partition.ts';
import { exchangeOf } from './topology.ts';

export interface EventPublisherOptions {
  readonly connection: BrokerConnection;
  /** How long the broker may take to confirm. */
  readonly confirmLimitMs: number;
}

/** A process that is only starting has a moment to connect; while the broker is away, callers are told soon. */
const CONNECT_WAIT_MS = 1_000;

/** Publishes events, each confirmed by the broker when all queues that want it have it on disk. */
export class EventPublisher {
  readonly #connection: BrokerConnection;
  readonly #confirmLimitMs: number;
  readonly #publisher: Publisher;
  /** Events that some queue is bound to: bindings are not taken away. */
  readonly #wanted = new Set<string>();
  /** Messages that came back, because no queue took them; by event id. */
  readonly #returned = new Set<string>();

  constructor({ connection, confirmLimitMs }: EventPublisherOptions) {
    this.#connection = connection;
    this.#confirmLimitMs = confirmLimitMs;
    this.#publisher = connection.createPublisher();
    this.#publisher.on('basic.return', ({ messageId }: ReturnedMessage) => {
      if (messageId !== undefined) this.#returned.add(messageId);
    });
  }

  /**
   * Publishes events in their order: what arrived when it fails is always the first so many of each aggregate.
   *
   * @throws UnroutableEventError when no queue wants one of them; QueueUnavailableError
   */
  async publish(events: readonly EventEnvelope[]): Promise<void> {
    await this.#send(async () => {
      await this.#requireWanted(new Set(events.map(({ name }) => name)));
      await Promise.all(events.map((event) => this.#publisher.send(envelopeOf(event), encodeEvent(event))));
    });
    // Returns come before the confirmation, but are told of a turn later.
    await new Promise(setImmediate);
    const returned = events.filter(({ id }) => this.#returned.delete(id.toString()));
    if (returned.length === 0) return;
    for (const { name } of returned) this.#wanted.delete(name);
    throw new UnroutableEventError([...new Set(returned.map(({ name }) => name))]);
  }

  /**
   * Puts a message into one queue.
   *
   * @throws QueueUnavailableError
   */
  async sendTo(queue: string, envelope: Envelope, body: MessageBody): Promise<void> {
    await this.#send(() => this.#publisher.send({ ...envelope, routingKey: queue, durable: true }, body));
  }

  async close(): Promise<void> {
    await closesInTime(this.#publisher);
  }

  async #send(task: () => Promise<void>): Promise<void> {
    const connection = this.#connection;
    await connection.whenReady(AbortSignal.timeout(CONNECT_WAIT_MS));
    if (!connection.isReady) {
      throw new QueueUnavailableError('RabbitMQ cannot be reached', { cause: connection.lastError });
    }
    try {
      await withinBudget(task(), this.#confirmLimitMs);
    } catch (cause) {
      if (cause instanceof UnroutableEventError) throw cause;
      this.#wanted.clear();
      throw new QueueUnavailableError('RabbitMQ has not confirmed', { cause });
    }
  }

  /** Looks before anything is sent, so that a publication with an event that nobody wants is refused as a whole. */
  async #requireWanted(names: ReadonlySet<string>): Promise<void> {
    const unknown = [...names].filter((name) => !this.#wanted.has(name));
    const unroutable: string[] = [];
    for (const name of unknown) {
      if (await this.#hasExchange(name)) this.#wanted.add(name);
      else unroutable.push(name);
    }
    if (unroutable.length > 0) throw new UnroutableEventError(unroutable);
  }

  async #hasExchange(eventName: string): Promise<boolean> {
    try {
      await this.#connection.withChannel((channel) =>
        channel.exchangeDeclare({ exchange: exchangeOf(eventName), passive: true }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return false;
      throw error;
    }
  }
}

function envelopeOf(event: EventEnvelope): Envelope {
  const { id, name, aggregateId } = event;
  return {
    exchange: exchangeOf(name),
    routingKey: String(partitionOf(aggregateId)),
    messageId: id.toString(),
    type: name,
    durable: true,
    mandatory: true,
    headers: traceHeaders(event),
  };
}
