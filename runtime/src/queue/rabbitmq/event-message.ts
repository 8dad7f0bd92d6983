import { z } from 'zod';
import type { EventEnvelope } from '../../events/event-envelope.ts';
import type { JsonObject } from '../../events/json-value.ts';

const bigintText = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt);

const body = z.object({
  id: bigintText,
  name: z.string(),
  version: z.int(),
  aggregateId: bigintText,
  payload: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  occurredAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** An event as the JSON body of a message: ids are text, for they exceed what a JSON number carries exactly. */
export function encodeEvent({ id, name, version, aggregateId, payload, occurredAt }: EventEnvelope): JsonObject {
  return {
    id: id.toString(),
    name,
    version,
    aggregateId: aggregateId.toString(),
    payload,
    occurredAt: occurredAt.toISOString(),
  };
}

/** The headers that a message goes out with: others than us know a trace by them, too. */
export function traceHeaders({ traceparent }: Pick<EventEnvelope, 'traceparent'>): Record<string, string> {
  return traceparent === undefined ? {} : { traceparent };
}

/** The event in a message; `undefined` for what none of our publishers has sent. */
export function decodeEvent(message: {
  body: unknown;
  headers?: Readonly<Record<string, unknown>> | undefined;
}): EventEnvelope | undefined {
  const parsed = body.safeParse(message.body);
  if (!parsed.success) return undefined;
  const traceparent = message.headers?.['traceparent'];
  return typeof traceparent === 'string' ? { ...parsed.data, traceparent } : parsed.data;
}
