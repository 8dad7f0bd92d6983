import type { AsyncMessage, Channel } from 'rabbitmq-client';
import { backoffMs, rest } from './backoff.ts';
import { type BrokerConnection, closesInTime } from './broker-connection.ts';
import { decodeEvent } from './event-message.ts';
import { Lanes } from './lanes.ts';

/** What a message is settled in. */
export interface Turn {
  /** Aborted when the message is not this process's any more. */
  readonly signal: AbortSignal;
  /** Called when the message is going to be tried again. */
  readonly onRetry: () => void;
}

export interface PartitionConsumerOptions {
  readonly connection: BrokerConnection;
  /** The queue's name, for messages. */
  readonly queue: string;
  /** Its part on the broker. */
  readonly partitionQueue: string;
  /** Makes sure that the queue is there. */
  readonly declare: () => Promise<void>;
  /** Brings a message to its end. Where it gives false or rejects, all messages that are held are delivered again. */
  readonly settle: (message: AsyncMessage, turn: Turn) => Promise<boolean>;
  /** How long this process keeps a partition that others wait for. */
  readonly tenureMs: number;
  readonly onError: (error: Error) => void;
}

export interface PartitionConsumer {
  /** Resolves when it consumes, or stands in line to do so, for the first time. */
  readonly ready: Promise<void>;
  /** Takes no further message and resolves when those under way are settled. */
  stop(): Promise<void>;
}

/**
 * How many messages are held at once, handled or waiting behind others of their aggregate: one aggregate whose events fail holds no
 * more of a partition than this before all of it waits. It has to be the same in all processes: a quorum queue puts what comes
 * back behind what came back before and was not delivered since, so whoever takes over has to take all of it at once.
 */
const PREFETCH = 20;

const RESTART = { firstMs: 100, maxMs: 5_000 };

/**
 * Consumes one partition whenever this process is the one whose turn it is: the broker has one active consumer for it. A turn
 * ends with its channel and never before what is being handled has ended, so that the next process gets what was not
 * acknowledged, in order, and nothing before.
 *
 * Messages are never sent back one by one, which would reorder them: one that fails is held and tried again here, with those of its
 * aggregate behind it, while others go on.
 */
export function startPartitionConsumer(options: PartitionConsumerOptions): PartitionConsumer {
  const { connection, queue, partitionQueue, declare, settle, tenureMs, onError } = options;
  const stopping = new AbortController();
  const ready = Promise.withResolvers<void>();

  /** One turn: from the opening of a channel to its end. */
  async function takeTurn(channel: Channel): Promise<void> {
    const turn = new AbortController();
    const signal = AbortSignal.any([turn.signal, stopping.signal]);
    const lanes = new Lanes<bigint | undefined>();
    const failing = new Set<AsyncMessage>();
    const end = () => turn.abort();
    let failure: Error | undefined;
    channel.on('error', (error: Error) => {
      failure = error;
    });
    channel.once('close', end);
    channel.once('basic.cancel', end);

    const take = (message: AsyncMessage) => {
      lanes.run(decodeEvent(message)?.aggregateId, async () => {
        if (signal.aborted) return;
        const isSettled = await settle(message, { signal, onRetry: () => failing.add(message) }).catch(
          (error: Error) => {
            failure = error;
            return false;
          },
        );
        failing.delete(message);
        if (!isSettled) end();
        else if (channel.active) channel.basicAck({ deliveryTag: message.deliveryTag });
      });
    };

    // Whoever took over would count the attempts of what fails from the beginning.
    const tenure = setInterval(() => failing.size === 0 && end(), tenureMs * (0.5 + Math.random()));
    try {
      await channel.basicQos({ prefetchCount: PREFETCH });
      await channel.basicConsume({ queue: partitionQueue }, take);
      ready.resolve();
      await untilAborted(signal);
    } finally {
      clearInterval(tenure);
      end();
      await lanes.settled();
      await closesInTime(channel);
    }
    if (failure) throw failure;
  }

  async function run(): Promise<void> {
    let failuresInARow = 0;
    while (!stopping.signal.aborted) {
      await connection.whenReady(stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await declare();
        await takeTurn(await connection.acquire());
        failuresInARow = 0;
      } catch (cause) {
        failuresInARow += 1;
        // The loss of the connection is told once, by itself.
        if (connection.isReady) onError(new Error(`a consumer of ${queue} failed and will try again`, { cause }));
        await rest(backoffMs(failuresInARow, RESTART), stopping.signal);
      }
    }
  }

  const running = run();
  return {
    ready: ready.promise,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
