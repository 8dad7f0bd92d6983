import type { z } from 'zod';
import { currentWork } from '../request/request-work.ts';
import { type ExpectedEvent, expectEvent } from './expected-event.ts';
import type { JsonObject } from './json-value.ts';
import { parsePayload } from './parse-payload.ts';

/** An event as its publisher writes it into an outbox. */
export interface Occurrence<Payload extends JsonObject> {
  readonly name: string;
  readonly version: number;
  readonly aggregateId: bigint;
  readonly payload: Payload;
  /** Of the request or event that it follows from, where that is traced. */
  readonly traceparent?: string;
}

/** The contract of one event, which stands beside its publisher. */
export interface EventDefinition<Payload extends JsonObject> extends ExpectedEvent<Payload> {
  readonly sample: Payload;
  /** The event about an aggregate; the compiler holds the payload to the definition. */
  about(aggregateId: bigint, payload: Payload): Occurrence<Payload>;
}

/**
 * Defines an event.
 *
 * @param definition.schema of plain JSON: ids travel in their typed text form, times as ISO text
 * @param definition.sample a believable payload for documentation and consumers' tests
 * @throws EventMismatchError when the sample does not fit the schema, so a wrong one never gets past the first import
 */
export function defineEvent<Payload extends JsonObject>(definition: {
  name: string;
  version: number;
  schema: z.ZodType<Payload, Payload>;
  sample: Payload;
}): EventDefinition<Payload> {
  const { name, version, schema, sample } = definition;
  return {
    ...expectEvent(name, { version, schema }),
    sample: parsePayload(schema, sample, `The sample does not fit ${name} version ${version}`),
    about(aggregateId, payload) {
      const traceparent = currentWork()?.trace?.traceparent;
      return { name, version, aggregateId, payload, ...(traceparent !== undefined && { traceparent }) };
    },
  };
}
