export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

/** An event as it travels from an outbox to its consumers. */
export interface EventEnvelope {
  /** Unique; grows with time within one database. What a consumer's inbox remembers. */
  id: bigint;
  /** For example `order.placed`. */
  name: string;
  /** Version of the payload's schema. */
  version: number;
  /** What the event is about. Events about one aggregate arrive in order. */
  aggregateId: bigint;
  payload: JsonObject;
  occurredAt: Date;
  /** Of what the event follows from, as W3C Trace Context has it. */
  traceparent?: string;
}

/** An event as a row of a table has it. */
export interface EventRow extends Omit<EventEnvelope, 'traceparent'> {
  traceparent: string | null;
}

/** The event in a row. */
export function envelopeOf({ traceparent, ...event }: EventRow): EventEnvelope {
  return traceparent === null ? event : { ...event, traceparent };
}
