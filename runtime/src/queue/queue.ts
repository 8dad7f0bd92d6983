import type { EventEnvelope } from '../events/event-envelope.ts';

/**
 * Carries events from publishers to consumers, at least once: consumers go through their inbox. Every implementation behaves
 * alike, so that the embedded queue and a broker are interchangeable.
 */
export interface Queue {
  /** Resolves when every queue that wants these events has them durably. Events of one aggregate keep their order. */
  publish(events: readonly EventEnvelope[]): Promise<void>;
  /** Starts consuming; the queue is made, and starts to collect, when it is named for the first time. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Ends all subscriptions and releases connections. */
  close(): Promise<void>;
}

export interface SubscribeOptions {
  /** Subscribers of one queue share its events; each queue gets every event. */
  readonly queue: string;
  readonly eventNames: readonly string[];
  /** Resolving acknowledges the event; rejecting delivers it again later. */
  readonly handle: (event: EventEnvelope) => Promise<void>;
  /** How many events this subscriber handles at once. */
  readonly concurrency: number;
}

export interface Subscription {
  /** Takes no new event and resolves when those under way are handled. */
  stop(): Promise<void>;
}
