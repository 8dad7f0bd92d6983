import type { JsonObject } from './json-value.ts';

/** An event under way. The payload is checked by the event's definition, on both sides. */
export interface EventEnvelope {
  /** Unique and ascending for one aggregate. */
  readonly id: bigint;
  readonly name: string;
  readonly version: number;
  /** What it happened to; events of one aggregate keep their order. */
  readonly aggregateId: bigint;
  readonly payload: JsonObject;
  readonly occurredAt: Date;
  /** Of what the event follows from, as W3C Trace Context has it. */
  readonly traceparent?: string;
}
