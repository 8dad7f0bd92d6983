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
}
