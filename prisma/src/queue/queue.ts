import type { EventEnvelope } from './event-envelope.ts';

export interface Subscription {
  /** Takes no further message and waits for the handlers under way. */
  stop(): Promise<void>;
}

export interface SubscriptionOptions {
  /** Name of the queue: processes with the same name share its messages. */
  queue: string;
  /** The events that the queue wants; the wish is remembered also while no process runs. */
  eventNames: readonly string[];
  /** Handles one event. When it throws, the event comes again later; so it may come more than once. */
  handle: (event: EventEnvelope) => Promise<void>;
  /** How many events this process handles at a time. */
  concurrency: number;
}

/** Brings events to the queues that want them, at least once, and in order for each aggregate of a queue. */
export interface Queue {
  /**
   * Resolves when every queue that wants the events has them safely.
   * @throws UnroutableEventError when no queue wants one of them; then none of them is accepted.
   */
  publish(events: readonly EventEnvelope[]): Promise<void>;
  /** Binds the queue to the events and begins to handle its messages. */
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  /** Stops all subscriptions. */
  close(): Promise<void>;
}

/** Nobody has ever asked for the event: accepting it would lose it for the consumer that is only about to start. */
export class UnroutableEventError extends Error {
  override readonly name = 'UnroutableEventError';
  readonly code = 'UNROUTABLE_EVENT';

  constructor(eventNames: readonly string[]) {
    super(
      `no queue is bound to ${eventNames.join(', ')}: start a consumer that subscribes to it, and it will be published`,
    );
  }
}
