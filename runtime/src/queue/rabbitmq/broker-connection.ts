import { type Channel, Connection, type Publisher } from 'rabbitmq-client';
import { withinBudget } from '../../cache/within-budget.ts';
import { brokerAddress } from './broker-url.ts';

export interface BrokerConnectionOptions {
  /** See `brokerAddress`. */
  readonly url: string;
  /** What the broker's own tools show it as. */
  readonly name: string;
  /** Told when the connection is lost or could not be made; it is tried again and again. */
  readonly onError: (error: Error) => void;
}

const HEARTBEAT_S = 10;
const CONNECT_LIMIT_MS = 5_000;
const FIRST_RECONNECT_MS = 100;
const LAST_RECONNECT_MS = 5_000;
/** How long a broker that answers nothing is waited for at the end. */
const CLOSE_LIMIT_MS = 3_000;

/** A connection to RabbitMQ that comes back by itself. */
export class BrokerConnection {
  readonly #connection: Connection;
  #lastError: Error | undefined;

  /** @throws TypeError for a URL that is none of a broker */
  constructor({ url, name, onError }: BrokerConnectionOptions) {
    const address = brokerAddress(url);
    if (!address) throw new TypeError('expected amqp://user:password@host:port/vhost');
    this.#connection = new Connection({
      ...address,
      connectionName: name,
      heartbeat: HEARTBEAT_S,
      connectionTimeout: CONNECT_LIMIT_MS,
      retryLow: FIRST_RECONNECT_MS,
      retryHigh: LAST_RECONNECT_MS,
      noDelay: true,
    });
    this.#connection.on('connection', () => {
      this.#lastError = undefined;
    });
    this.#connection.on('connection.blocked', (reason) => {
      this.#lastError = new Error(`RabbitMQ takes no messages for now: ${reason}`);
      onError(this.#lastError);
    });
    this.#connection.on('error', (cause: unknown) => {
      this.#lastError = new Error('the connection to RabbitMQ is lost or could not be made; it is tried again', {
        cause,
      });
      onError(this.#lastError);
    });
  }

  /** Why it cannot be used at the moment, as far as that is known. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** Whether it is there and the broker takes messages from it. */
  get isReady(): boolean {
    return this.#connection.ready;
  }

  /** Resolves when it is ready, or when the signal is aborted. */
  async whenReady(signal: AbortSignal): Promise<void> {
    while (!this.isReady && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      const events = ['connection', 'connection.unblocked'];
      for (const event of events) this.#connection.once(event, wake);
      signal.addEventListener('abort', wake);
      await promise;
      for (const event of events) this.#connection.off(event, wake);
      signal.removeEventListener('abort', wake);
    }
  }

  /** A channel of its own for the caller, who closes it. Its errors are its own events. */
  acquire(): Promise<Channel> {
    return this.#connection.acquire({ emitErrorsFromChannel: true });
  }

  /** Gives a channel to a task and closes it afterwards; messages that the task holds go back to their queues. */
  async withChannel<T>(task: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.acquire();
    // What happens to the channel is what the task's own calls reject with.
    channel.on('error', () => undefined);
    try {
      return await task(channel);
    } finally {
      await closesInTime(channel);
    }
  }

  /** Publishes on a channel of its own, which comes back with the connection; each message resolves when it is confirmed. */
  createPublisher(): Publisher {
    return this.#connection.createPublisher({ confirm: true });
  }

  /** Channels are to be closed before. */
  async close(): Promise<void> {
    const isClosed = await closesInTime(this.#connection);
    if (!isClosed) this.#connection.unsafeDestroy();
  }
}

/** Closes what would wait for a broker that does not answer, such as one that hangs; false when it was not waited for. */
export async function closesInTime(resource: { close(): Promise<void> }): Promise<boolean> {
  return withinBudget(resource.close(), CLOSE_LIMIT_MS).then(
    () => true,
    () => false,
  );
}
